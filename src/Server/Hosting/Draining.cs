using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hosting;

/// <summary>How the server ends: the configuration section <c>Shutdown</c>.</summary>
internal sealed record ShutdownOptions : ISettings
{
    /// <summary>
    /// How long after SIGTERM or SIGINT the server goes on with everything, while its health says already that it is not ready: as
    /// long as whoever sends it calls needs to see that. 0 to 5 minutes. Default: 0.
    /// </summary>
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Delay < TimeSpan.Zero || Delay > TimeSpan.FromMinutes(5))
            yield return "Shutdown:Delay must be from 00:00:00 to 00:05:00, such as 00:00:10.";
    }
}

/// <summary>
/// Ends the server on a signal: first it is not ready, then, when whoever sends calls has had time to see that, its streams end and what was
/// accepted is answered. A second signal ends the wait.
/// </summary>
internal sealed partial class Draining(IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<Draining> logger) : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _begun = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private ITimer? _timer;

    /// <summary>Whether the server is to get no more calls.</summary>
    public bool IsBegun => _begun.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Cancelled when it begins.</summary>
    public CancellationToken Begun => _begun.Token;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Begin();
            }));
        }
        lifetime.ApplicationStopping.Register(_begun.Cancel);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _timer?.Dispose();
        _begun.Dispose();
    }

    /// <summary>What a signal does.</summary>
    public void Begin()
    {
        var delay = options.Value.Delay;
        if (delay == TimeSpan.Zero || IsBegun)
        {
            lifetime.StopApplication();
            return;
        }
        LogDraining(delay);
        _begun.Cancel();
        _timer = time.CreateTimer(_ => lifetime.StopApplication(), null, delay, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(1, LogLevel.Information, "Draining: not ready any more, and stopping in {Delay}")]
    private partial void LogDraining(TimeSpan delay);
}
