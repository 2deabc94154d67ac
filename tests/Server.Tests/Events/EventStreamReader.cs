namespace ServiceOrdering.Server.Tests.Events;

/// <summary>One event of an event stream; what it does not have is empty.</summary>
public sealed record ServerSentEvent(string Id, string Event, string Data);

/// <summary>Reads an event stream as the HTML standard says, line by line.</summary>
public sealed class EventStreamReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStreamReader(HttpResponseMessage response, StreamReader reader)
    {
        _response = response;
        _reader = reader;
    }

    public string? ContentType => _response.Content.Headers.ContentType?.MediaType;

    public static async Task<EventStreamReader> OpenAsync(HttpClient http, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/event-stream");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return new EventStreamReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next block that has an id, a name or data; comments and retry times are passed over.</summary>
    public async Task<ServerSentEvent> NextAsync()
    {
        var next = new ServerSentEvent("", "", "");
        while (true)
        {
            var line = await _reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            switch (colon < 0 ? line : line[..colon])
            {
                case "id":
                    next = next with { Id = line[(colon + 2)..] };
                    break;
                case "event":
                    next = next with { Event = line[(colon + 2)..] };
                    break;
                case "data":
                    next = next with { Data = line[(colon + 2)..] };
                    break;
                case "" when next is not { Id: "", Event: "", Data: "" }:
                    return next;
            }
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
