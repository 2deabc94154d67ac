using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

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

    public static Task<TestServer> StartEchoAsync(
        EchoService? echo = null,
        Action<GrpcServiceOptions>? grpc = null,
        Action<GrpcChannelOptions>? channel = null,
        Action<ListenOptions>? listen = null) =>
        StartAsync(
            services => services.AddSingleton(echo ?? new EchoService()).AddGrpc(options => grpc?.Invoke(options)),
            application => application.MapGrpcService<EchoService>(),
            channel,
            listen);

    public static async Task<TestServer> StartAsync(
        Action<IServiceCollection> services,
        Action<WebApplication> map,
        Action<GrpcChannelOptions>? channel = null,
        Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, options =>
            {
                options.Protocols = HttpProtocols.Http2;
                listen?.Invoke(options);
            }));
        builder.Services.AddRouting().AddLogging();
        services(builder.Services);
        var application = builder.Build();
        map(application);
        await application.StartAsync(TestContext.Current.CancellationToken);
        var channelOptions = new GrpcChannelOptions();
        channel?.Invoke(channelOptions);
        var addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return new TestServer(application, GrpcChannel.ForAddress(addresses.Addresses.Single(), channelOptions));
    }

    public Task StopAsync() => application.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
    }
}
