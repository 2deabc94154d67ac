using Grpc.Core;
using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// Whether the file does its work. The log is told once when it stops to, and once when it does again, however many requests
/// notice; where some still succeed, it counts as failing until none has failed for a while.
/// </summary>
internal sealed partial class FileHealth(string location, TimeProvider time, ILogger logger)
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
    /// <returns>What callers are told of it: itself, where it is none of the file's.</returns>
    public Exception Judge(Exception failure)
    {
        if (SqliteFault.Explain(failure) is not { } told)
            return failure;
        lock (_gate)
        {
            _failed = time.GetTimestamp();
            var isDamage = SqliteFault.IsDamage(((SqliteException)failure).SqliteErrorCode);
            if (_fault is null || (isDamage && !_isDamaged))
                LogFailing(location, failure.Message, told.Status.Detail);
            _fault = _isDamaged && !isDamage ? _fault : told;
            _isDamaged |= isDamage;
        }
        return told;
    }

    /// <summary>Something was written.</summary>
    /// <param name="isProof">Whether it was what nothing but a healthy file can do.</param>
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
