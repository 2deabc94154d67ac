using System.Net;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding;

namespace Transcoding.Tests;

/// <summary>Server streams over HTTP.</summary>
public class StreamTests
{
    private const string Path = "/library/v1/watch";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_have_id_name_and_data_and_a_message_without_fields_is_its_id_alone()
    {
        await using var server = await LibraryServer.StartAsync();

        using var response = await SendAsync(server, $"{Path}?lastEventId=a", "text/event-stream");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Matches(
            """^retry: 1000\n\nid: t1\nevent: Book\ndata: \{"id":"1".*"line\\nbreak".*"a".*\}\n\nid: t2\n\n$""",
            await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task The_header_comes_before_the_parameter_that_stands_in_for_it()
    {
        await using var server = await LibraryServer.StartAsync();

        using var response = await SendAsync(server, $"{Path}?lastEventId=parameter", "text/event-stream", "header");

        var body = await response.Content.ReadAsStringAsync(Token);
        Assert.Contains("\"header\"", body);
        Assert.DoesNotContain("parameter", body);
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("*/*")]
    [InlineData("text/event-stream;q=0.1, application/x-ndjson")]
    [InlineData("text/event-stream;q=0")]
    public async Task Otherwise_each_message_is_a_line(string accept)
    {
        await using var server = await LibraryServer.StartAsync();

        using var response = await SendAsync(server, Path, accept);

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.ToString());
        var lines = (await response.Content.ReadAsStringAsync(Token)).Split('\n');
        Assert.StartsWith("""{"token":"t1","item":{"id":"1",""", lines[0]);
        Assert.Equal(["""{"token":"t2","nothing":{}}""", ""], lines[1..]);
    }

    [Fact]
    public async Task An_error_before_the_first_message_is_an_answer_of_its_own()
    {
        await using var server = await LibraryServer.StartAsync();

        using var response = await SendAsync(server, $"{Path}?how=refuse", "text/event-stream");

        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Contains("There is nothing to watch.", await response.Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData("text/event-stream", "\nevent: error\ndata: {\"reason\":\"UNAVAILABLE\"", "}\n\n")]
    [InlineData("application/x-ndjson", "\n{\"error\":{\"reason\":\"UNAVAILABLE\"", "}}\n")]
    public async Task An_error_after_the_first_message_is_the_last_one(string accept, string start, string end)
    {
        await using var server = await LibraryServer.StartAsync();

        using var response = await SendAsync(server, $"{Path}?how=fail", accept);
        var body = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(start, body);
        Assert.EndsWith(end, body);
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_is_alive()
    {
        await using var server = await LibraryServer.StartAsync(services =>
            services.Configure<TmfJsonOptions>(options => options.StreamHeartbeat = TimeSpan.FromMilliseconds(50)));

        using var response = await SendAsync(server, $"{Path}?how=wait", "text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        var beats = 0;
        while (beats < 3)
        {
            var line = await reader.ReadLineAsync(Token);
            Assert.NotNull(line);
            beats += line == ":" ? 1 : 0;
        }
    }

    private static Task<HttpResponseMessage> SendAsync(LibraryServer server, string path, string accept, string? last = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        return server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }
}
