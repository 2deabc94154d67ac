using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Benchmarks;
using ServiceOrdering.Transcoding.Json;
using Tmf.ServiceOrdering.V4;

[assembly: HostingStartup(typeof(ReferenceStartup))]

namespace ServiceOrdering.Benchmarks;

/// <summary>The real server in a process of its own, with the references beside its routes.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private BenchmarkServer(Process process, string folder, Uri rest, Uri grpc)
    {
        _process = process;
        _folder = folder;
        Rest = rest;
        Grpc = grpc;
    }

    public Uri Rest { get; }

    public Uri Grpc { get; }

    public int ProcessId => _process.Id;

    public static CreateServiceOrderRequest Order() => new()
    {
        ServiceOrder = JsonFormat.Parse<ServiceOrder>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "create-fiber-order.json"))),
    };

    /// <summary>Runs the server's own program in this process.</summary>
    public static int Serve(string[] args)
    {
        Environment.SetEnvironmentVariable("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", typeof(BenchmarkServer).Assembly.GetName().Name);
        System.Reflection.Assembly.Load("ServiceOrdering.Server").EntryPoint!.Invoke(null, [args]);
        return 0;
    }

    public static async Task<BenchmarkServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("service-ordering-benchmarks-").FullName;
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "serve",
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
                $"--Storage:ConnectionString=Data Source={Path.Combine(folder, "benchmark.db")}",
            },
        };
        var process = Process.Start(start)!;
        var addresses = await ListeningLine.ReadAsync(process.StandardOutput);
        _ = process.StandardOutput.ReadToEndAsync();
        return new BenchmarkServer(process, folder, addresses.Rest, addresses.Grpc);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Adds the references to the server's routes.</summary>
internal sealed class ReferenceStartup : IHostingStartup, IStartupFilter
{
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(this));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        app.UseRouting();
        app.UseEndpoints(routes =>
        {
            routes.MapGrpcService<ReferenceService>();
            routes.MapGet("/reference", ReferenceService.WriteOrder);
        });
    };
}

/// <summary>Does nothing, with the real payloads.</summary>
internal sealed class ReferenceService : Reference.ReferenceBase
{
    private static readonly GetServiceOrderResponse Held = new() { ServiceOrder = BenchmarkServer.Order().ServiceOrder, Etag = "\"1\"" };
    private static readonly byte[] HeldJson = JsonFormat.ToUtf8Bytes(Held.ServiceOrder);

    public override Task<CreateServiceOrderResponse> Create(CreateServiceOrderRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateServiceOrderResponse { ServiceOrder = request.ServiceOrder, Etag = "\"1\"" });

    public override Task<GetServiceOrderResponse> Get(GetServiceOrderRequest request, ServerCallContext context) => Task.FromResult(Held);

    public static Task WriteOrder(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = HeldJson.Length;
        return context.Response.BodyWriter.WriteAsync(HeldJson).AsTask();
    }
}
