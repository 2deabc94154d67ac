using System.Net;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>A server that asks nobody who they are.</summary>
public sealed class OpenAccessTests
{
    [Fact]
    public async Task Where_this_machine_alone_reaches_it_everybody_may_do_everything()
    {
        using var server = new RunningServer();

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(RunningServer.ServiceOrderPath)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/administration/v1/apiKeys")).Status);
        Assert.Equal(StatusCode.OK, await ReflectAsync(server));
    }

    [Fact]
    public async Task A_socket_of_this_machine_counts_as_such()
    {
        var socket = Path.Combine(Path.GetTempPath(), $"orders-{Guid.NewGuid():N}.sock");
        using var server = new RunningServer(("Kestrel:Endpoints:Local:Url", $"http://unix:{socket}"));

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/administration/v1/apiKeys")).Status);
        File.Delete(socket);
    }

    [Theory]
    [InlineData("Kestrel:Endpoints:Rest:Url", "http://0.0.0.0:0")]
    [InlineData("PublicBaseUrl", "https://orders.example")]
    public async Task Whoever_is_let_in_from_elsewhere_may_work_and_not_administer(string setting, string value)
    {
        using var server = new RunningServer((setting, value), ("Security:AllowAnonymous", "true"));
        using var http = new HttpClient { BaseAddress = new Uri(server.Http.BaseAddress!.ToString().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)) };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(RunningServer.ServiceOrderPath, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/administration/v1/apiKeys", Cancel)).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, await ReflectAsync(server));
    }

    private static async Task<StatusCode> ReflectAsync(RunningServer server)
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Client.CallInvoker).ServerReflectionInfo(cancellationToken: Cancel);
        try
        {
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancel);
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
