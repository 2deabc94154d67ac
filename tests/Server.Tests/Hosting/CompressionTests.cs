using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>Lists that are compressed, and what is not.</summary>
public sealed class CompressionTests : IDisposable
{
    private readonly RunningServer _server = new(("Compression:Enabled", "true"));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("gzip", "?limit=1000", HttpStatusCode.OK)]
    [InlineData("br", "?limit=1000", HttpStatusCode.OK)]
    [InlineData("gzip, br;q=0.5", "?limit=100", HttpStatusCode.PartialContent)]
    public async Task A_list_is_compressed_for_who_takes_it_and_is_the_same(string accepted, string query, HttpStatusCode status)
    {
        for (var i = 0; i < 101; i++)
            await _server.PlaceOrderAsync();
        var plain = await _server.GetAsync(RunningServer.ServiceOrderPath + query);
        using var request = new HttpRequestMessage(HttpMethod.Get, RunningServer.ServiceOrderPath + query);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);

        // Read as it comes: a client that has read all of it knows a length.
        using var answer = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);

        Assert.Equal(status, answer.StatusCode);
        var encoding = Assert.Single(answer.Content.Headers.ContentEncoding);
        Assert.Equal(accepted.Split(',')[0], encoding);
        Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
        Assert.Null(answer.Content.Headers.ContentLength);
        Assert.Equal(plain.Headers["X-Total-Count"], Assert.Single(answer.Headers.GetValues("X-Total-Count")));
        var sent = await answer.Content.ReadAsByteArrayAsync(Cancel);
        Assert.True(sent.Length * 3 < plain.Body.Length, $"{sent.Length} of {plain.Body.Length}");
        Assert.Equal(plain.Body, Decompressed(sent, encoding));
    }

    [Fact]
    public async Task What_has_an_entity_tag_is_small_is_refused_or_is_a_stream_goes_out_as_it_is()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        var order = await GetAsync($"{RunningServer.ServiceOrderPath}/{id}");
        var changed = await _server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"description":"d"}""",
            ("Content-Type", "application/merge-patch+json"), ("If-Match", order.Headers["ETag"]));
        var unchanged = await GetAsync($"{RunningServer.ServiceOrderPath}/{id}", ("If-None-Match", changed.Headers["ETag"]));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (changed.Status, unchanged.Status));
        Assert.StartsWith("\"", order.Headers["ETag"]);
        foreach (var answer in new[] { order, await GetAsync("/tmf-api/serviceOrdering/v4/hub"), await GetAsync($"{RunningServer.ServiceOrderPath}?sort={new string('x', 3000)}") })
        {
            Assert.DoesNotContain("Content-Encoding", answer.Headers.Keys);
            Assert.Equal(Encoding.UTF8.GetByteCount(answer.Body).ToString(), answer.Headers["Content-Length"]);
        }
        foreach (var form in new[] { "text/event-stream", "application/x-ndjson" })
        {
            using var request = Request(HttpMethod.Get, "/events/v1/watch?fromStart=true", ("Accept", form));
            using var stream = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancel));
            Assert.Empty(stream.Content.Headers.ContentEncoding);
            // It comes at once.
            while (!(await lines.ReadLineAsync(Cancel))!.Contains(id, StringComparison.Ordinal))
            {
            }
        }
    }

    [Fact]
    public async Task Both_forms_of_a_document_have_one_weak_tag()
    {
        using var request = Request(HttpMethod.Get, "/openapi/tmf641.json");
        using var answer = await _server.Http.SendAsync(request, Cancel);
        var plain = await _server.GetAsync("/openapi/tmf641.json");
        var again = await GetAsync("/openapi/tmf641.json", ("If-None-Match", plain.Headers["ETag"]));

        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        Assert.Equal((plain.Headers["ETag"], true), (answer.Headers.ETag!.ToString(), answer.Headers.ETag.IsWeak));
        Assert.Equal("Accept-Encoding", plain.Headers["Vary"]);
        Assert.Equal(HttpStatusCode.NotModified, again.Status);
        Assert.NotNull(JsonNode.Parse(Decompressed(await answer.Content.ReadAsByteArrayAsync(Cancel), "gzip")));
    }

    [Fact]
    public async Task Head_of_a_list_does_not_tell_a_length_that_its_get_does_not_have()
    {
        await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        using var request = Request(HttpMethod.Head, RunningServer.ServiceOrderPath);
        using var answer = await _server.Http.SendAsync(request, Cancel);

        Assert.Null(answer.Content.Headers.ContentLength);
        Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
        Assert.NotEqual("0", (await _server.SendAsync(HttpMethod.Head, RunningServer.ServiceOrderPath)).Headers["Content-Length"]);
    }

    [Fact]
    public async Task The_memory_of_answers_is_given_back()
    {
        var budget = _server.Service<AnswerBudget>();
        var free = budget.Free;
        for (var i = 0; i < 40; i++)
            await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => GetAsync(RunningServer.ServiceOrderPath)));
        for (var i = 0; i <= AnswerCompression.MostAtOnce; i++)
            Assert.Equal("gzip", (await GetAsync(RunningServer.ServiceOrderPath)).Headers["Content-Encoding"]);

        // The share goes when the request has ended, a moment after its answer.
        while (budget.Free != free)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public void When_too_many_answers_are_compressed_the_next_goes_out_as_it_is()
    {
        var compression = _server.Service<IResponseCompressionProvider>();

        var answers = Enumerable.Range(0, AnswerCompression.MostAtOnce + 1)
            .Select(_ => compression.ShouldCompressResponse(new DefaultHttpContext { Response = { ContentType = "application/json", ContentLength = 100_000 } })).ToList();

        Assert.Equal([.. Enumerable.Repeat(true, AnswerCompression.MostAtOnce), false], answers);
    }

    [Fact]
    public async Task Nothing_is_compressed_unless_it_is_asked_for()
    {
        using var server = new RunningServer();
        await server.PlaceOrderAsync(ExampleOrders.Fiber);
        using var request = Request(HttpMethod.Get, RunningServer.ServiceOrderPath);
        using var answer = await server.Http.SendAsync(request, Cancel);

        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Empty(answer.Headers.Vary);
    }

    private Task<RestAnswer> GetAsync(string path, params (string, string)[] headers) => _server.GetAsync(path, [("Accept-Encoding", "gzip"), .. headers]);

    private static HttpRequestMessage Request(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static string Decompressed(byte[] sent, string encoding)
    {
        using var stream = new MemoryStream(sent);
        using Stream plain = encoding == "br" ? new BrotliStream(stream, CompressionMode.Decompress) : new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        return reader.ReadToEnd();
    }
}
