using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Where nothing is known of specifications, any can be ordered.</summary>
internal sealed class OpenCatalog : ISpecificationCatalog
{
    public ValueTask<bool> IsKnownAsync(string id, CancellationToken cancellationToken) => ValueTask.FromResult(true);
}

/// <summary>The specifications of a file, which is read again when it has changed.</summary>
internal sealed class FileCatalog(IOptions<CatalogOptions> options) : ISpecificationCatalog
{
    private readonly string _file = options.Value.File!;
    private readonly Lock _gate = new();
    private HashSet<string> _ids = [];
    private DateTime _read;

    public ValueTask<bool> IsKnownAsync(string id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var written = File.GetLastWriteTimeUtc(_file);
            if (written != _read)
            {
                _ids = Read();
                _read = written;
            }
            return ValueTask.FromResult(_ids.Contains(id));
        }
    }

    private HashSet<string> Read()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(_file));
            return [.. document.RootElement.EnumerateArray().Select(each => (each.ValueKind == JsonValueKind.String ? each : each.GetProperty("id")).GetString()!)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CatalogUnavailableException($"The catalog {_file} cannot be read as a JSON array of ids or of objects with an id: {e.Message}", e);
        }
    }
}

/// <summary>A service catalog that is asked over HTTP (TMF633, GET /serviceSpecification/{id}); its answers hold for a while.</summary>
internal sealed class HttpCatalog : ISpecificationCatalog, IDisposable
{
    private const int MostCached = 10_000;

    private readonly HttpClient _http;
    private readonly TimeSpan _cachedFor;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (bool IsKnown, DateTimeOffset Until)> _answers = new();

    public HttpCatalog(IOptions<CatalogOptions> options, TimeProvider time)
    {
        _time = time;
        _cachedFor = options.Value.CachedFor;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = options.Value.Timeout, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(options.Value.Url!.TrimEnd('/') + "/"),
            Timeout = options.Value.Timeout,
        };
    }

    public async ValueTask<bool> IsKnownAsync(string id, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (_answers.TryGetValue(id, out var answer) && answer.Until > now)
            return answer.IsKnown;
        var isKnown = await AskAsync(id, cancellationToken);
        if (_answers.Count >= MostCached)
            _answers.Clear();
        _answers[id] = (isKnown, now + _cachedFor);
        return isKnown;
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> AskAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync($"serviceSpecification/{Uri.EscapeDataString(id)}?fields=id", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => true,
                HttpStatusCode.NotFound => false,
                var other => throw new CatalogUnavailableException($"The catalog {_http.BaseAddress} answers {(int)other}."),
            };
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CatalogUnavailableException($"The catalog {_http.BaseAddress} does not answer: {e.Message}", e);
        }
    }
}
