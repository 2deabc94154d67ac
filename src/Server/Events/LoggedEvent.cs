using System.Collections.Immutable;
using System.Text.Json;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Streams;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// An event of the log. All who are told of it share it: its envelope is parsed for their filters once, and made a response
/// once for each address that its href starts with.
/// </summary>
internal sealed class LoggedEvent(
    long position, string id, string type, string resource, string resourceId, byte[] body, string? previous, IReadOnlyCollection<string>? parties,
    string? actor, string? trace)
{
    // An address comes from the caller's Host header: the first few are kept, any others are made again.
    private const int MostResponses = 4;

    private Parsed? _parsed;
    private ImmutableArray<(string Address, WatchEventsResponse Response)> _responses = [];
    private int _reported;

    public long Position => position;

    public string Id => id;

    public string Type => type;

    public string Resource => resource;

    public string ResourceId => resourceId;

    /// <summary>The envelope as JSON, without href.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>
    /// What the resource was before, as JSON, as far as its module keeps it for who tells what has changed; null where no state changed, and
    /// in events of before that was kept.
    /// </summary>
    public string? Previous => previous;

    /// <summary>The parties that may hear of it, where they are bound to what names them; null for what is not meant for the outside.</summary>
    public IReadOnlyCollection<string>? Parties => parties;

    /// <summary>Who made the change; null where nobody said who calls, and in events of before that was kept.</summary>
    public string? Actor => actor;

    /// <summary>The W3C <c>traceparent</c> of the call that made the change; null where there was none.</summary>
    public string? Trace => trace;

    /// <summary>How much it holds in memory, about.</summary>
    public int Size => body.Length + (previous?.Length ?? 0) + (actor?.Length ?? 0) + (trace?.Length ?? 0);

    /// <summary>The envelope for filters; undefined where it is no JSON.</summary>
    public JsonElement Root
    {
        get
        {
            // Two at once may both parse it; either result will do.
            if (Volatile.Read(ref _parsed) is { } parsed)
                return parsed.Root;
            _parsed = new Parsed(Parse(body));
            return _parsed.Root;
        }
    }

    /// <summary>Whether filters can look into the envelope.</summary>
    public bool IsReadable => Root.ValueKind == JsonValueKind.Object;

    /// <summary>True for the first who has to report that the event cannot be told.</summary>
    public bool IsNewsThatItFails() => Interlocked.Exchange(ref _reported, 1) == 0;

    /// <summary>What watchers are told. May fail in any way: the text may be anything.</summary>
    public WatchEventsResponse Response(string baseAddress, EventTypes types, ResumeTokens tokens)
    {
        foreach (var (address, known) in _responses)
        {
            if (address == baseAddress)
                return known;
        }
        var response = new WatchEventsResponse { ResumeToken = tokens.Write(position), Event = types.Read(type, body, baseAddress).Event, Actor = actor ?? "" };
        SharedMessages.Add(response);
        if (_responses.Length < MostResponses)
            ImmutableInterlocked.Update(ref _responses, responses => responses.Add((baseAddress, response)));
        return response;
    }

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = JsonFormat.MaxStoredDepth });
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private sealed record Parsed(JsonElement Root);
}
