using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.Tests;

/// <summary>The published server library on a real Kestrel, and the published client library connected to it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private TestServer(WebApplication application, GrpcChannel channel)
    {
        this.application = application;
        Channel = channel;
    }

    public GrpcChannel Channel { get; }

    public IServiceProvider Services => application.Services;

    public static async Task<TestServer> StartAsync(
        Action<IServiceCollection> services, Action<WebApplication> map, Action<GrpcChannelOptions>? options = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        services(builder.Services);
        var application = builder.Build();
        map(application);
        await application.StartAsync(TestContext.Current.CancellationToken);
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var channelOptions = new GrpcChannelOptions();
        options?.Invoke(channelOptions);
        return new TestServer(application, GrpcChannel.ForAddress(address, channelOptions));
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
    }
}

internal sealed class EchoService : Echo.EchoBase
{
    public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) =>
        Task.FromResult(new EchoResponse { Text = request.Text });

    public override async Task ServerStreaming(
        EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
        {
            await responseStream.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
        }
    }

    public override async Task<EchoResponse> ClientStreaming(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            texts.Add(request.Text);
        }
        return new EchoResponse { Text = string.Join(' ', texts) };
    }

    public override async Task DuplexStreaming(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
        }
    }
}
