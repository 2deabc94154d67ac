using System.Net;

namespace Transcoding.Tests;

/// <summary>A service that is mapped without the dialect answers as Microsoft's package does.</summary>
public sealed class PlainServiceTests
{
    [Fact]
    public async Task An_answer_is_protobufs_json()
    {
        await using var server = await LibraryServer.StartAsync(withTmfJson: false);

        var book = await (await server.Client.SendAsync(HttpMethod.Post, "/library/v1/book", Http.Json("""{"title":"Emma","state":"BOOK_STATE_ON_SHELF"}"""))).JsonAsync();

        Assert.Equal(("1", "BOOK_STATE_ON_SHELF"), ((string?)book!["id"], (string?)book["state"]));
    }

    [Fact]
    public async Task A_refusal_is_a_google_rpc_status_with_its_details()
    {
        await using var server = await LibraryServer.StartAsync(withTmfJson: false);

        var response = await server.Client.SendAsync(HttpMethod.Post, "/library/v1/fail/details", Http.Json("{}"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var status = await response.JsonAsync();
        Assert.Equal(3, (int?)status!["code"]);
        Assert.Contains(status["details"]!.AsArray(), detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.ErrorInfo" && (string?)detail["reason"] == "BOOK_BAD");
    }
}
