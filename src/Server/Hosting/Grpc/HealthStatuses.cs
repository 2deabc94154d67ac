using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ServiceOrdering.Server.Hosting.Grpc;

/// <summary>
/// Which services take calls. The server as a whole, named "", does so from the start. When the application stops,
/// everything is not serving, for good.
/// </summary>
internal sealed class HealthStatuses
{
    private readonly Lock gate = new();
    private Snapshot current = new(ImmutableSortedDictionary.Create<string, ServingStatus>(StringComparer.Ordinal)
        .Add("", ServingStatus.Serving));

    public HealthStatuses(IHostApplicationLifetime lifetime) => lifetime.ApplicationStopping.Register(Stop);

    /// <summary>The services whose status was set, and the server as a whole.</summary>
    public IReadOnlyDictionary<string, ServingStatus> All => Volatile.Read(ref current).Statuses;

    public void SetServing(string service = "") => Change(statuses => statuses.SetItem(service, ServingStatus.Serving));

    public void SetNotServing(string service = "") => Change(statuses => statuses.SetItem(service, ServingStatus.NotServing));

    /// <summary>
    /// Gives the status of a service now, then each that differs from the one before, until the application stops.
    /// </summary>
    public async IAsyncEnumerable<ServingStatus> WatchAsync(
        string service, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ServingStatus? last = null;
        while (true)
        {
            var snapshot = Volatile.Read(ref current);
            var status = snapshot.Statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown);
            if (status != last)
            {
                yield return status;
                last = status;
            }
            if (snapshot.IsFinal)
            {
                yield break;
            }
            await snapshot.Replaced.Task.WaitAsync(cancellationToken);
        }
    }

    private void Stop() => Change(
        statuses => statuses.SetItems(statuses.Keys.Select(service => KeyValuePair.Create(service, ServingStatus.NotServing))),
        isFinal: true);

    private void Change(
        Func<ImmutableSortedDictionary<string, ServingStatus>, ImmutableSortedDictionary<string, ServingStatus>> change,
        bool isFinal = false)
    {
        lock (gate)
        {
            if (current.IsFinal)
            {
                return;
            }
            var replaced = current;
            Volatile.Write(ref current, new Snapshot(change(replaced.Statuses), isFinal));
            replaced.Replaced.SetResult();
        }
    }

    private sealed record Snapshot(ImmutableSortedDictionary<string, ServingStatus> Statuses, bool IsFinal = false)
    {
        // Asynchronous continuations: the one who sets a status does not run the watchers.
        public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
