using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// Compresses what is read as JSON, where the configuration has <c>Compression:Enabled</c>: lists above all. What has a strong entity tag is
/// one resource, is small, and goes out as it is: its tag stands for these bytes, and changes are made on its condition. Streams
/// are left alone too: each message is to arrive at once.
/// </summary>
internal sealed class AnswerCompression(IServiceProvider services, IOptions<ResponseCompressionOptions> options) : ResponseCompressionProvider(services, options)
{
    private const string Enabled = "Compression:Enabled";

    /// <summary>
    /// How many answers are compressed at a time. What compresses one needs some 1.2 MB beside the answer, for as long as its caller takes
    /// to read it; whoever comes when all of them are in use gets the answer as it is.
    /// </summary>
    public const int MostAtOnce = 32;

    // Below, the headers cost what is saved.
    private const int Smallest = 1024;

    private int _running;

    // The package leaves ranges out: it means those of bytes, and ours are of items.
    public override bool ShouldCompressResponse(HttpContext context) => IsFor(context.Response) && TryBegin(context.Response);

    public static void Add(WebApplicationBuilder builder)
    {
        if (!builder.Configuration.GetValue<bool>(Enabled))
            return;
        builder.Services.AddResponseCompression(compression =>
        {
            // What makes that unsafe, secrets beside text of somebody else in one answer that a page can ask for, is not here: docs/operations.md.
            compression.EnableForHttps = true;
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        builder.Services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        builder.Services.AddSingleton<IResponseCompressionProvider, AnswerCompression>();
    }

    public static void Use(WebApplication app)
    {
        if (app.Configuration.GetValue<bool>(Enabled))
            app.UseWhen(http => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method), reads => reads.Use(VaryAsync).UseResponseCompression());
    }

    // Caches keep both forms apart, whichever they see first.
    private static Task VaryAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            if (!IsFor(http.Response))
                return Task.CompletedTask;
            if (!http.Response.Headers.Vary.Any(vary => vary?.Contains("Accept-Encoding", StringComparison.OrdinalIgnoreCase) == true))
                http.Response.Headers.AppendList("Vary", ["Accept-Encoding"]);
            return Task.CompletedTask;
        });
        return next(http);
    }

    private bool TryBegin(HttpResponse response)
    {
        if (Interlocked.Increment(ref _running) > MostAtOnce)
        {
            Interlocked.Decrement(ref _running);
            return false;
        }
        response.OnCompleted(() =>
        {
            Interlocked.Decrement(ref _running);
            return Task.CompletedTask;
        });
        return true;
    }

    private static bool IsFor(HttpResponse response) =>
        response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status206PartialContent
        && response.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true
        && (response.Headers.ETag.Count == 0 || response.Headers.ETag.ToString().StartsWith("W/", StringComparison.Ordinal))
        && response.ContentLength is not < Smallest;
}
