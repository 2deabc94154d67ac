using System.Net;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>The same stream as Server-Sent Events and as newline-delimited JSON.</summary>
public sealed class WatchOverHttpTests : IDisposable
{
    private const string Path = "/events/v1/watch";

    private readonly RunningServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_sent_events_have_the_token_as_id_the_type_as_event_and_the_envelope_as_data()
    {
        using var stream = await EventStreamReader.OpenAsync(_server.Http, $"{Path}?eventType=ServiceOrderCreateEvent");
        var first = await stream.NextAsync();
        var id = await _server.PlaceOrderAsync();

        var created = await stream.NextAsync();

        Assert.Equal("text/event-stream", stream.ContentType);
        Assert.Equal(("", ""), (first.Event, first.Data));
        Assert.NotEmpty(first.Id);
        Assert.Equal("ServiceOrderCreateEvent", created.Event);
        Assert.NotEqual(first.Id, created.Id);
        var envelope = JsonNode.Parse(created.Data)!;
        Assert.Equal("ServiceOrderCreateEvent", (string?)envelope["eventType"]);
        Assert.Equal(id, (string?)envelope["event"]!["serviceOrder"]!["id"]);
        Assert.Equal($"{_server.Http.BaseAddress}tmf-api/serviceOrdering/v4/serviceOrder/{id}", (string?)envelope["event"]!["serviceOrder"]!["href"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("application/x-ndjson, text/event-stream;q=0.5")]
    public async Task Without_a_wish_for_events_each_line_is_a_message(string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}?includeSnapshot=true");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        var id = await _server.PlaceOrderAsync();

        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        var lines = new List<JsonNode>();
        for (var i = 0; i < 3; i++)
            lines.Add(JsonNode.Parse((await reader.ReadLineAsync(Cancellation))!)!);
        await _server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}");
        lines.Add(JsonNode.Parse((await reader.ReadLineAsync(Cancellation))!)!);

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(lines[0]["snapshotStart"]);
        Assert.Equal(id, (string?)lines[1]["snapshotItem"]!["id"]);
        Assert.Equal(1, (int?)lines[2]["snapshotComplete"]!["itemCount"]);
        Assert.Equal("ServiceOrderDeleteEvent", (string?)lines[3]["event"]!["eventType"]);
        Assert.NotNull(lines[3]["resumeToken"]);
    }

    [Fact]
    public async Task A_listener_that_is_cut_off_a_hundred_times_during_writes_sees_every_event_in_order()
    {
        using var proxy = new CuttingProxy(_server.Http.BaseAddress!.ToString());
        using var http = new HttpClient { BaseAddress = proxy.Address };
        string last;
        using (var begun = await EventStreamReader.OpenAsync(http, Path))
            last = (await begun.NextAsync()).Id;

        var writes = _server.WriteAsync(8, 940, Cancellation);
        var seen = new List<string>();
        var cuts = 0;
        var isOver = false;
        while (!isOver)
        {
            try
            {
                using var stream = await EventStreamReader.OpenAsync(http, Path, ("Last-Event-ID", last));
                while (!isOver)
                {
                    var next = await stream.NextAsync();
                    last = next.Id;
                    if (next.Data.Length == 0)
                        continue;
                    isOver = next.Data.Contains(EventHistory.Last);
                    seen.Add((string)JsonNode.Parse(next.Data)!["eventId"]!);
                    if (seen.Count % 100 == 0)
                    {
                        proxy.Cut();
                        cuts++;
                    }
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // Cut off: it comes back with the id of the last event.
            }
        }
        await writes;

        Assert.True(cuts >= 100, $"There were only {cuts} cuts.");
        Assert.Equal(_server.EventIds(), seen);
    }

    [Fact]
    public async Task The_last_event_id_may_also_be_a_query_parameter()
    {
        string begin;
        using (var stream = await EventStreamReader.OpenAsync(_server.Http, Path))
            begin = (await stream.NextAsync()).Id;
        var id = await _server.PlaceOrderAsync();

        using var resumed = await EventStreamReader.OpenAsync(_server.Http, $"{Path}?lastEventId={begin}");

        Assert.Equal(begin, (await resumed.NextAsync()).Id);
        Assert.Contains(id, (await resumed.NextAsync()).Data);
    }

    [Fact]
    public async Task What_is_refused_before_the_stream_begins_is_an_error_like_any_other()
    {
        (await _server.GetAsync($"{Path}?event.serviceOrder.state=flying")).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.GetAsync($"{Path}?eventTypes=OrderEvent")).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.GetAsync($"{Path}?eventType=OrderEvent")).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.GetAsync($"{Path}?filter=$.event[")).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.GetAsync($"{Path}?filter=$..state")).IsError(HttpStatusCode.NotImplemented, "3");
        (await _server.GetAsync($"{Path}?query=eventType%3DServiceOrderCreateEvent", ("Prefer", "handling=strict"))).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.GetAsync(Path, ("Last-Event-ID", "x"))).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.SendAsync(HttpMethod.Post, Path, "{}")).IsError(HttpStatusCode.MethodNotAllowed, "61");
    }

    [Fact]
    public async Task A_server_that_stops_says_so_in_an_event()
    {
        using var stream = await EventStreamReader.OpenAsync(_server.Http, Path);
        await stream.NextAsync();

        _server.Service<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        var end = await stream.NextAsync();

        Assert.Equal("error", end.Event);
        Assert.Equal("503", (string?)JsonNode.Parse(end.Data)!["status"]);
        await Assert.ThrowsAsync<EndOfStreamException>(stream.NextAsync);
    }

    public void Dispose() => _server.Dispose();
}
