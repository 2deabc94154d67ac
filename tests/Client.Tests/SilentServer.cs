using System.Net;
using System.Net.Sockets;

namespace ServiceOrdering.Client.Tests;

/// <summary>Takes connections and never answers, as a hung machine does.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task<TcpClient> _caller;

    public SilentServer()
    {
        _listener.Start();
        _caller = _listener.AcceptTcpClientAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>Ends when the first caller has connected.</summary>
    public Task Connected => _caller.WaitAsync(TimeSpan.FromSeconds(60));

    public void Dispose()
    {
        if (_caller.IsCompletedSuccessfully)
        {
            _caller.Result.Dispose();
        }

        _listener.Dispose();
    }
}
