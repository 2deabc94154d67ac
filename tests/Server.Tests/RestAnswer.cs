using System.Net;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests;

/// <summary>What came back over REST.</summary>
public sealed record RestAnswer(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The violations of a refusal: the place and the reason of each.</summary>
    public IEnumerable<(string Path, string Reason)> Violations =>
        Json["errors"]?.AsArray().Select(error => ((string)error!["path"]!, (string)error["reason"]!)) ?? [];

    public static async Task<RestAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new RestAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), headers);
    }

    /// <summary>Asserts that this is a TM Forum error body that agrees with the status.</summary>
    public RestAnswer IsError(HttpStatusCode status, string code)
    {
        IsErrorBody(status);
        Assert.Equal(code, (string?)Json["code"]);
        return this;
    }

    /// <summary>The same, whatever its code is.</summary>
    public RestAnswer IsErrorBody(HttpStatusCode status)
    {
        Assert.True(status == Status, $"Expected {status}, got {Status}: {Body}");
        Assert.StartsWith("application/json", Headers["Content-Type"]);
        Assert.False(string.IsNullOrEmpty((string?)Json["code"]));
        Assert.Equal(((int)status).ToString(), (string?)Json["status"]);
        Assert.Equal("Error", (string?)Json["@type"]);
        Assert.False(string.IsNullOrEmpty((string?)Json["reason"]));
        Assert.False(string.IsNullOrEmpty((string?)Json["message"]));
        Assert.DoesNotContain("   at ", Body);
        return this;
    }
}
