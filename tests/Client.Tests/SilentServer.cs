using System.Net;
using System.Net.Sockets;

namespace ServiceOrdering.Client.Tests;

/// <summary>Takes connections and never answers, as a hung machine does.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentServer()
    {
        _listener.Start();
        Connected = _listener.AcceptTcpClientAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>Ends when the first caller has connected.</summary>
    public Task<TcpClient> Connected { get; }

    public void Dispose()
    {
        if (Connected.IsCompletedSuccessfully)
        {
            Connected.Result.Dispose();
        }

        _listener.Dispose();
    }
}
