using Grpc.Core;

namespace ServiceOrdering.Server.Storage;

/// <summary>What a failure of the database means.</summary>
/// <param name="Told">What callers are told: among it, whether it passes by itself.</param>
/// <param name="IsDamage">Whether what it holds is not what was written to it: nothing that works afterwards makes that good.</param>
internal sealed record DatabaseFault(RpcException Told, bool IsDamage = false);

/// <summary>
/// Whether the database does its work. The log is told once when it stops to, and once when it does again, however many requests
/// notice; where some still succeed, it counts as failing until none has failed for a while.
/// </summary>
internal sealed partial class DatabaseHealth(string location, Func<Exception, DatabaseFault?> explain, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private volatile RpcException? _fault;
    private bool _isDamaged;
    private long _failed;

    /// <summary>What callers are told who ask for what it cannot do now; null where it does its work.</summary>
    public RpcException? Fault => _fault;

    /// <summary>Whether it will not do its work again before somebody has restored it.</summary>
    public bool IsDamaged => Volatile.Read(ref _isDamaged);

    /// <summary>Takes note of a failure.</summary>
    /// <returns>What callers are told of it: itself, where it is none of the database's.</returns>
    public Exception Judge(Exception failure)
    {
        if (explain(failure) is not { } fault)
            return failure;
        lock (_gate)
        {
            _failed = time.GetTimestamp();
            if (_fault is null || (fault.IsDamage && !_isDamaged))
                LogFailing(location, failure.Message, fault.Told.Status.Detail);
            _fault = _isDamaged && !fault.IsDamage ? _fault : fault.Told;
            _isDamaged |= fault.IsDamage;
        }
        return fault.Told;
    }

    /// <summary>Something was written.</summary>
    /// <param name="isProof">Whether it was what nothing but a healthy database can do.</param>
    public void Succeeded(bool isProof = false)
    {
        if (_fault is null)
            return;
        lock (_gate)
        {
            if (_fault is null || _isDamaged || (!isProof && time.GetElapsedTime(_failed) < Quiet))
                return;
            _fault = null;
            LogWorking(location);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The database {Location} fails: {Reason} {Told} Requests are refused until then, and this is not repeated")]
    private partial void LogFailing(string location, string reason, string told);

    [LoggerMessage(2, LogLevel.Warning, "The database {Location} works again")]
    private partial void LogWorking(string location);
}
