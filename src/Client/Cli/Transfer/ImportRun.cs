using System.Runtime.CompilerServices;
using System.Text.Json;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>Sends the lines of an import, several at a time, each under a name that makes it happen once.</summary>
/// <param name="client">The connection.</param>
/// <param name="screen">Where it tells what has become of them.</param>
/// <param name="length">How long the file is, in bytes; null where nobody knows.</param>
internal sealed class ImportRun(ServiceOrderingClient client, Screen screen, long? length)
{
    // The answer is of no use but for its id.
    private const string NoFields = "none";

    private readonly ProgressLine _progress = new(screen, "lines");
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _underWay = [];
    private long _lastTaken;
    private long _created;
    private long _replayed;
    private long _failed;
    private bool _isInterrupted;

    /// <summary>What the lines are; null where each says it.</summary>
    public string? Kind { get; init; }

    /// <summary>How many are sent at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>The first line that is sent.</summary>
    public required long FromLine { get; init; }

    /// <summary>Whether it goes on behind a line that fails.</summary>
    public required bool ContinuesOnError { get; init; }

    public async Task<int> RunAsync(Stream input, CancellationToken cancellationToken)
    {
        var isThrough = false;
        try
        {
            await Parallel.ForEachAsync(
                TakeAsync(input, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
                async (line, end) => await ImportAsync(line, end));
            isThrough = true;
        }
        finally
        {
            _progress.WriteLine(
                $"imported {_created + _replayed}: {_created} new{(_replayed > 0 ? $", {_replayed} were there already" : "")}{(_failed > 0 ? $", {_failed} failed" : "")}, in {Tables.Duration(_progress.Elapsed)} ({ProgressLine.Rate(_created + _replayed, _progress.Elapsed)})");
            if (!isThrough || (_failed > 0 && !ContinuesOnError))
            {
                var next = _underWay.Count > 0 ? _underWay.Min : _lastTaken + 1;
                _progress.WriteLine($"to go on, run it again: within a day nothing is created twice. What is before line {next} is done: --from-line {next} passes over it.");
            }
        }

        return _failed > 0 ? ExitCode.Refused : ExitCode.Done;
    }

    private async IAsyncEnumerable<ImportLine> TakeAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in ImportLines.ReadAsync(input, cancellationToken))
        {
            if (line.Number < FromLine)
            {
                continue;
            }

            lock (_gate)
            {
                if (_failed > 0 && !ContinuesOnError)
                {
                    yield break;
                }

                _underWay.Add(line.Number);
                _lastTaken = line.Number;
            }

            yield return line;
        }
    }

    private async Task ImportAsync(ImportLine line, CancellationToken cancellationToken)
    {
        try
        {
            var (id, isReplayed) = await Patience.CallAsync(() => CreateAsync(line, cancellationToken), Interrupted, cancellationToken);
            Done(line, id, isReplayed);
        }
        catch (ServiceOrderingException refusal) when (!Failure.IsUnreachable(refusal) && refusal.StatusCode is not (StatusCode.Unauthenticated or StatusCode.PermissionDenied))
        {
            Fail(
                line,
                refusal.ErrorReason == ErrorReason.RequestIdReused ? "was imported within the last day with other content" : refusal.Violations.Count > 0 ? "the server refused it" : refusal.Message,
                refusal.Reason,
                refusal.Violations.Select(violation => (RequestNames.Of(screen.Command, violation.Field), violation.Message)));
        }
        catch (LineException unknown)
        {
            Fail(line, unknown.Message, "", []);
        }
        catch (UnfitJsonException unfit)
        {
            Fail(line, unfit.Message, "", unfit.Violations.Select(violation => (violation.Place.Length > 0 ? violation.Place : "/", violation.Message)));
        }
    }

    private async Task<(string Id, bool IsReplayed)> CreateAsync(ImportLine line, CancellationToken cancellationToken)
    {
        var source = $"line {line.Number}";
        switch (Kind ?? line.Kind)
        {
            case ImportLines.Orders:
                var order = new CreateServiceOrderRequest { ServiceOrder = TmfJson.Read<ServiceOrder>(line.Json, source), Fields = NoFields, RequestId = line.RequestId };
                var placed = await client.ServiceOrders.CreateServiceOrderAsync(order, cancellationToken: cancellationToken);
                return (placed.ServiceOrder.Id, placed.Replayed);
            case ImportLines.Services:
                var service = new CreateServiceRequest { Service = TmfJson.Read<Service>(line.Json, source), Fields = NoFields, RequestId = line.RequestId };
                var created = await client.Services.CreateServiceAsync(service, cancellationToken: cancellationToken);
                return (created.Service.Id, created.Replayed);
            default:
                // What is no JSON is told as that.
                TmfJson.Read<ServiceOrder>(line.Json, source);
                throw new LineException("it does not say what it is, by @type or serviceOrderItem; --kind says it");
        }
    }

    private void Done(ImportLine line, string id, bool isReplayed)
    {
        lock (_gate)
        {
            _created += isReplayed ? 0 : 1;
            _replayed += isReplayed ? 1 : 0;
            _underWay.Remove(line.Number);
            if (screen.IsChosen && !screen.IsTable)
            {
                screen.WriteLine($$"""{"line":{{line.Number}},"id":{{JsonSerializer.Serialize(line.Id)}},"newId":{{JsonSerializer.Serialize(id)}},"replayed":{{(isReplayed ? "true" : "false")}}}""");
            }
        }

        Show(line);
    }

    private void Fail(ImportLine line, string message, string reason, IEnumerable<(string Place, string Message)> violations)
    {
        lock (_gate)
        {
            _failed++;

            // One that ends the import is where it goes on when that is mended.
            if (ContinuesOnError)
            {
                _underWay.Remove(line.Number);
            }
        }

        var text = message.StartsWith("line ", StringComparison.Ordinal) ? message : $"line {line.Number}: {message}";
        _progress.WriteLine(string.Join(Environment.NewLine, violations.Select(each => $"  {each.Place}: {each.Message}").Prepend($"{text}{(reason.Length > 0 ? $" [{reason}]" : "")}")));
        Show(line);
    }

    private void Show(ImportLine line) => _progress.Show(_created + _replayed + _failed, length > 0 ? (double)line.End / length : null);

    // Once: all that are under way fail alike.
    private void Interrupted(string why)
    {
        lock (_gate)
        {
            if (_isInterrupted)
            {
                return;
            }

            _isInterrupted = true;
        }

        _progress.WriteLine($"interrupted, coming back: {why}");
    }

    private sealed class LineException(string message) : Exception(message);
}
