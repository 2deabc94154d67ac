using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// Tells the service manager that started this process, where it wants to know (<c>sd_notify(3)</c>, systemd's <c>Type=notify</c>), when the
/// server is up and when it begins to end.
/// </summary>
internal sealed partial class ServiceManagerNotice(IHostApplicationLifetime lifetime, Draining draining, ILogger<ServiceManagerNotice> logger) : IHostedService
{
    private const string Address = "NOTIFY_SOCKET";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Address) is { Length: > 1 } address)
        {
            // Whatever this process starts is not the service.
            Environment.SetEnvironmentVariable(Address, null);
            lifetime.ApplicationStarted.Register(() => Send(address, "READY=1"));
            draining.Begun.Register(() => Send(address, "STOPPING=1"));
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Send(string address, string state)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An abstract name begins with a zero, which variables of the environment write as an @.
            socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
            socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException e)
        {
            LogUnheard(state, e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The service manager could not be told {State}: {Reason}")]
    private partial void LogUnheard(string state, string reason);
}
