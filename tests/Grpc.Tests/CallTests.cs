using Grpc.Core;
using Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Tests;

public class CallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(services => services.AddGrpc(), application => application.MapGrpcService<EchoService>());

    [Fact]
    public async Task Unary_call_returns_its_response()
    {
        await using var server = await StartAsync();
        var client = new Echo.EchoClient(server.Channel);

        var response = await client.UnaryAsync(new EchoRequest { Text = "hello" }, cancellationToken: Token);

        Assert.Equal("hello", response.Text);
    }

    [Fact]
    public async Task Server_stream_delivers_every_message()
    {
        await using var server = await StartAsync();
        var client = new Echo.EchoClient(server.Channel);

        using var call = client.ServerStreaming(new EchoRequest { Text = "hello", Count = 3 }, cancellationToken: Token);
        var texts = await call.ResponseStream.ReadAllAsync(Token).Select(response => response.Text).ToListAsync(Token);

        Assert.Equal(["hello", "hello", "hello"], texts);
    }
}
