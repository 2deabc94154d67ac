using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What a client says that it will send costs nothing until it comes.</summary>
[Collection(typeof(Alone))]
public sealed class AnnouncedLengthTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Announced_length_is_not_reserved()
    {
        await _server.PlaceOrderAsync();
        var before = GC.GetTotalAllocatedBytes();
        var clients = new List<TcpClient>();
        for (var i = 0; i < 50; i++)
        {
            clients.Add(new TcpClient());
            await clients[i].ConnectAsync(IPAddress.Loopback, _server.Http.BaseAddress!.Port, Cancel);
            await clients[i].GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST {RunningServer.ServiceOrderPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\nExpect: 100-continue\r\n\r\n"), Cancel);
            // The server says that it reads.
            Assert.True(await clients[i].GetStream().ReadAsync(new byte[100], Cancel) > 0);
        }

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50L * 1024 * 1024);
        clients.ForEach(client => client.Dispose());
    }
}
