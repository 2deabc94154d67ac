using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>The real server in a process of its own, with the references beside its routes.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly bool _ownsDatabase;

    private BenchmarkServer(Process process, BenchmarkDatabase database, bool ownsDatabase, Uri rest, Uri grpc)
    {
        _process = process;
        Database = database;
        _ownsDatabase = ownsDatabase;
        Rest = rest;
        Grpc = grpc;
    }

    public Uri Rest { get; }

    public Uri Grpc { get; }

    public Process Process => _process;

    public BenchmarkDatabase Database { get; }

    public static CreateServiceOrderRequest Order() => new()
    {
        ServiceOrder = JsonFormat.Parse<ServiceOrder>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "create-fiber-order.json"))),
    };

    /// <summary>Runs the server's own application in this process.</summary>
    public static int Serve(string[] args)
    {
        var app = Application.Build(args);
        app.MapGrpcService<ReferenceService>().AllowAnonymous();
        app.MapGrpcService<PlainJsonReferenceService>().AllowAnonymous();
        app.MapGrpcService<TmfJsonReferenceService>().WithTmfJson().AllowAnonymous();
        app.MapGet("/reference", ReferenceService.WriteOrder).AllowAnonymous();
        app.Run();
        return 0;
    }

    /// <param name="database">One that several servers share; null for one of its own.</param>
    /// <param name="settings">Further arguments. Orders stay as they are placed, unless these say otherwise.</param>
    public static async Task<BenchmarkServer> StartAsync(BenchmarkDatabase? database = null, params string[] settings)
    {
        var ownsDatabase = database is null;
        database ??= new BenchmarkDatabase();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                typeof(BenchmarkServer).Assembly.Location,
                "serve",
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
                $"--Storage:Provider={(BenchmarkDatabase.IsPostgres ? "postgres" : "sqlite")}",
                $"--Storage:ConnectionString={database.ConnectionString}",
                "--Checking:Mode=Manual",
                "--Telemetry:Prometheus=off",
            },
        };
        foreach (var setting in settings)
            start.ArgumentList.Add(setting);
        // Several share this machine's cores, where a thread that looks for work only takes them from the others.
        if (!ownsDatabase)
            start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        var process = Process.Start(start)!;
        var addresses = await ListeningLine.ReadAsync(process.StandardOutput);
        _ = process.StandardOutput.ReadToEndAsync();
        return new BenchmarkServer(process, database, ownsDatabase, addresses.RestAddress, addresses.GrpcAddress);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_ownsDatabase)
            Database.Dispose();
    }
}

/// <summary>Does nothing, with the real payloads.</summary>
internal sealed class ReferenceService : Reference.ReferenceBase
{
    private static readonly GetServiceOrderResponse Held = new() { ServiceOrder = BenchmarkServer.Order().ServiceOrder, Etag = "\"1\"" };
    private static readonly byte[] HeldJson = JsonFormat.ToUtf8Bytes(Held.ServiceOrder);

    public override Task<CreateServiceOrderResponse> Create(CreateServiceOrderRequest request, ServerCallContext context) =>
        Create(request);

    public override Task<GetServiceOrderResponse> Get(GetServiceOrderRequest request, ServerCallContext context) => Get();

    public static Task<CreateServiceOrderResponse> Create(CreateServiceOrderRequest request) =>
        Task.FromResult(new CreateServiceOrderResponse { ServiceOrder = request.ServiceOrder, Etag = "\"1\"" });

    public static Task<GetServiceOrderResponse> Get() => Task.FromResult(Held);

    public static Task WriteOrder(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = HeldJson.Length;
        return context.Response.BodyWriter.WriteAsync(HeldJson).AsTask();
    }
}

/// <summary>The same over HTTP, as the transcoding package has it.</summary>
internal sealed class PlainJsonReferenceService : PlainJsonReference.PlainJsonReferenceBase
{
    public override Task<CreateServiceOrderResponse> Create(CreateServiceOrderRequest request, ServerCallContext context) => ReferenceService.Create(request);

    public override Task<GetServiceOrderResponse> Get(GetServiceOrderRequest request, ServerCallContext context) => ReferenceService.Get();
}

/// <summary>The same over HTTP, in our dialect.</summary>
internal sealed class TmfJsonReferenceService : TmfJsonReference.TmfJsonReferenceBase
{
    public override Task<CreateServiceOrderResponse> Create(CreateServiceOrderRequest request, ServerCallContext context) => ReferenceService.Create(request);

    public override Task<GetServiceOrderResponse> Get(GetServiceOrderRequest request, ServerCallContext context) => ReferenceService.Get();
}
