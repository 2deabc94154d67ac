using System.Threading.Channels;
using Npgsql;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>
/// Tells this server of what others have committed, and the others of what this one has. The log's counter, looked at several
/// times a second, is the truth; notifications only hurry it, and may get lost.
/// </summary>
internal sealed partial class PostgresSignals : IAsyncDisposable
{
    /// <summary>How late another server's commit is seen at most, where no notification comes through.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    // While commits follow one another as quickly, each server tells of its own this often.
    private static readonly TimeSpan NotifyInterval = TimeSpan.FromMilliseconds(5);

    private const string Channel = "service_ordering";
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly string _listening;
    private readonly Action _committed;
    private readonly ILogger _logger;
    private readonly string _server = Guid.NewGuid().ToString("N");
    private readonly Channel<bool> _due = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private long _last;

    /// <param name="source">Where connections come from.</param>
    /// <param name="listening">The connection string for the one connection that listens: a direct one.</param>
    /// <param name="committed">Called when another server has committed something.</param>
    /// <param name="logger">Is told of what cannot be reached.</param>
    public PostgresSignals(NpgsqlDataSource source, string listening, Action committed, ILogger logger)
    {
        _source = source;
        _listening = listening;
        _committed = committed;
        _logger = logger;
        _running = Task.WhenAll(
            RepeatAsync(PollAsync), RepeatAsync(ListenAsync), RepeatAsync(NotifyAsync));
    }

    /// <summary>To be called after a commit of this server.</summary>
    public void TellOthers() => _due.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _running;
        _closing.Dispose();
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> run)
    {
        await Task.Yield();
        var isFaulty = false;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await run(_closing.Token);
                isFaulty = false;
            }
            catch (Exception) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!isFaulty)
                    LogFault(e.Message);
                isFaulty = true;
                await Task.Delay(PauseAfterFault, _closing.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(PollInterval, cancellationToken);
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var last = await new PostgresSession(connection, cancellationToken).FindAsync<long>("select last from event_position");
        if (last == _last)
            return;
        _last = last;
        _committed();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_listening);
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload != _server)
                _committed();
        };
        await connection.OpenAsync(cancellationToken);
        if (await PostgresPooler.IsBetweenAsync(connection, cancellationToken))
        {
            LogPolls((int)PollInterval.TotalMilliseconds);
            await connection.CloseAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        while (true)
        {
            // A cancellation between two waits is not always seen by the next one: none of them lasts for ever.
            cancellationToken.ThrowIfCancellationRequested();
            await connection.WaitAsync(LongestWait, cancellationToken);
        }
    }

    // One for all commits that there were meanwhile, and outside of their transactions: those with a notification would wait for
    // one another. It wakes a process of the database for every server.
    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        await _due.Reader.ReadAsync(cancellationToken);
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var notify = new NpgsqlCommand($"notify {Channel}, '{_server}'", connection);
        await notify.ExecuteNonQueryAsync(cancellationToken);
        await connection.CloseAsync();
        await Task.Delay(NotifyInterval, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Through a pooler nothing is heard of other servers' commits: they are asked for every {Milliseconds} ms, unless Storage:ListenConnectionString leads to the database itself")]
    private partial void LogPolls(int milliseconds);

    [LoggerMessage(LogLevel.Warning, "What other servers commit cannot be heard of, and is asked for again: {Reason}")]
    private partial void LogFault(string reason);
}
