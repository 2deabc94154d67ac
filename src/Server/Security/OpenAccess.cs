using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Whoever comes to a server that asks nobody who they are. Where only this machine reaches it that is everybody; where others do, the
/// server does not start, unless it is told to let them in.
/// </summary>
internal sealed partial class OpenAccess(IOptions<SecurityOptions> options, Reach reach, ILogger<OpenAccess> logger) : IHostedLifecycleService
{
    private static readonly Authentication Anybody = Authentication.Of(Identity.Anybody, "open");

    private Authentication? _authentication;

    /// <summary>What whoever comes is; null where they are not let in.</summary>
    public Authentication? Authentication => _authentication ??=
        reach.IsThisMachine ? Anybody : options.Value.AllowAnonymous ? Authentication.Of(new Identity("", Scopes.OfWork), "open") : null;

    /// <summary>Before a port is open.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (reach.FindElsewhere() is { } elsewhere)
            Check(elsewhere);
        return Task.CompletedTask;
    }

    /// <summary>When the ports are known that were opened, whoever has configured them.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.IsOpen)
            return Task.CompletedTask;
        if (reach.IsThisMachine)
        {
            LogOpen();
            return Task.CompletedTask;
        }
        Check("another machine");
        LogAnonymous();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Check(string from)
    {
        if (!options.Value.IsOpen || options.Value.AllowAnonymous)
            return;
        throw new OptionsValidationException("Security", typeof(SecurityOptions),
        [
            $"""
            It would be reached from elsewhere ({from}) and ask nobody who they are. Say whose tokens it takes:
              Security:Bearer:Authority=https://login.example/realms/orders
              Security:Bearer:Audience=service-ordering
            or Security:ApiKeys:Enabled=true, Security:Certificates, or Security:AllowAnonymous=true to let in whoever comes. See docs/security.md.
            """,
        ]);
    }

    [LoggerMessage(1, LogLevel.Information, "Nobody is asked who they are: only this machine reaches the server (docs/security.md)")]
    private partial void LogOpen();

    [LoggerMessage(2, LogLevel.Warning, "Security:AllowAnonymous: whoever reaches the server may do everything but administer it")]
    private partial void LogAnonymous();
}
