using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>A write that was answered.</summary>
/// <param name="Began">When the request began that was answered.</param>
/// <param name="Ended">When its answer came.</param>
/// <param name="Token">The consistency token of the answer; null where there was none.</param>
public sealed record AnsweredWrite(long Began, long Ended, string? Token);

/// <summary>What a writer asked to be made.</summary>
/// <param name="HasKey">Whether it was asked for with an idempotency key.</param>
/// <param name="Attempts">How often: of all but the last one nobody knows whether it was made.</param>
public sealed record Wanted(bool HasKey, int Attempts);

/// <summary>
/// A client that places, changes and deletes orders of its own, one request at a time; where one fails it asks the next server.
/// It knows what must be there in the end.
/// </summary>
public sealed class ChaosWriter : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(6) };
    private readonly int _number;
    private readonly Replicas _replicas;
    private readonly Random _random;
    private int _server;
    private int _made;
    private int _answered;

    public ChaosWriter(int number, Replicas replicas)
    {
        _number = _server = number;
        _replicas = replicas;
        _random = new Random(number);
    }

    /// <summary>The orders that are there: the description that was answered last.</summary>
    public Dictionary<string, (string Description, string ETag)> Orders { get; } = [];

    public HashSet<string> Deleted { get; } = [];

    /// <summary>By external ids.</summary>
    public Dictionary<string, Wanted> Creates { get; } = [];

    public List<AnsweredWrite> Answered { get; } = [];

    /// <summary>How many writes were answered so far, for others to see.</summary>
    public int AnsweredCount => Volatile.Read(ref _answered);

    /// <summary>Requests that failed and were made again.</summary>
    public int Retries { get; private set; }

    public void Dispose() => _http.Dispose();

    /// <summary>Writes until it is told to end; a request that was begun is brought to its end.</summary>
    /// <param name="pace">Between two writes at least: deliveries, one event after the other, have to be able to follow.</param>
    /// <param name="end">Tells it to end.</param>
    public async Task RunAsync(TimeSpan pace, CancellationToken end)
    {
        using var timer = new PeriodicTimer(pace);
        for (var i = _number; !end.IsCancellationRequested; i++)
        {
            if (Orders.Count == 0 || i % 3 == 0)
                await CreateAsync(hasKey: i % 2 == 0);
            else if (i % 7 == 0)
                await DeleteAsync(Any());
            else
                await PatchAsync(Any());
            await timer.WaitForNextTickAsync(end).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private string Any() => Orders.Keys.ElementAt(_random.Next(Orders.Count));

    private async Task CreateAsync(bool hasKey)
    {
        var name = $"{_number}/{++_made}";
        var order = $$"""{"externalId":"{{name}}","description":"new","serviceOrderItem":[{"id":"1","action":"add","service":{} }]}""";
        var answer = await SendAsync(HttpMethod.Post, "", order, hasKey ? ("Idempotency-Key", name) : default);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
        var id = (string)JsonNode.Parse(answer.Body)!["id"]!;
        Creates.Add(name, new Wanted(hasKey, answer.Attempts));
        Orders.Add(id, ("new", answer.ETag));
        Note(answer);
        if (answer.Token is { } token)
            await ReadOwnWriteAsync(id, token);
    }

    private async Task PatchAsync(string id)
    {
        var description = $"change {Answered.Count}";
        var answer = await SendAsync(HttpMethod.Patch, id, $$"""{"description":"{{description}}"}""", ("If-Match", Orders[id].ETag));
        // One of those before was made after all, and nobody else changes the order.
        if (answer is { Status: HttpStatusCode.PreconditionFailed, Attempts: > 1 })
            answer = await SendAsync(HttpMethod.Get, id, null, default);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        Assert.Equal(description, (string?)JsonNode.Parse(answer.Body)!["description"]);
        Orders[id] = (description, answer.ETag);
        Note(answer);
    }

    private async Task DeleteAsync(string id)
    {
        var answer = await SendAsync(HttpMethod.Delete, id, null, default);
        Assert.True(answer.Status == HttpStatusCode.NoContent || answer is { Status: HttpStatusCode.NotFound, Attempts: > 1 }, answer.ToString());
        Orders.Remove(id);
        Deleted.Add(id);
        Note(answer);
    }

    /// <summary>Another server than the one that wrote has what was written, or says that it cannot tell.</summary>
    private async Task ReadOwnWriteAsync(string id, string token)
    {
        _server++;
        var answer = await SendAsync(HttpMethod.Get, id, null, ("Consistency-Token", token));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
    }

    private void Note(Answer answer)
    {
        Answered.Add(new AnsweredWrite(answer.Began, answer.Ended, answer.Token));
        Volatile.Write(ref _answered, Answered.Count);
    }

    /// <summary>Asks one server after the other until one answers.</summary>
    private async Task<Answer> SendAsync(HttpMethod method, string id, string? body, (string Name, string Value) header)
    {
        for (var attempts = 1; ; attempts++)
        {
            Cancel.ThrowIfCancellationRequested();
            var server = _replicas[_server].Rest;
            using var request = new HttpRequestMessage(method, new Uri(server, $"{RunningServer.ServiceOrderPath}/{id}".TrimEnd('/')));
            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
            }
            if (header.Name is not null)
                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            var began = Stopwatch.GetTimestamp();
            try
            {
                using var response = await _http.SendAsync(request, Cancel);
                var text = await response.Content.ReadAsStringAsync(Cancel);
                var token = response.Headers.TryGetValues("Consistency-Token", out var tokens) ? tokens.Single() : null;
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return new Answer(response.StatusCode, text, response.Headers.ETag?.ToString() ?? "", token, began, Stopwatch.GetTimestamp(), attempts);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !Cancel.IsCancellationRequested))
            {
                // Gone, or silent for too long.
            }
            Retries++;
            _server++;
        }
    }

    private sealed record Answer(HttpStatusCode Status, string Body, string ETag, string? Token, long Began, long Ended, int Attempts);
}
