using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Server.Tests.Telemetry;

/// <summary>A span as it was received.</summary>
public sealed record ReceivedSpan(
    string TraceId, string Id, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Attributes)> Events,
    IReadOnlyList<(string TraceId, string SpanId)> Links, IReadOnlyDictionary<string, string> Resource);

/// <summary>A collector of OpenTelemetry: takes traces and metrics as protobuf, over gRPC and HTTP, and reads of them what tests look at.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;
    // What gRPC has before a message: whether it is compressed, and its length.
    private const int FrameHeader = 5;

    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<string> _metrics = new();

    private OtlpReceiver(WebApplication application) => _application = application;

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Names of the metrics that came.</summary>
    public IReadOnlyList<string> Metrics => [.. _metrics];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, http => http.Protocols = HttpProtocols.Http1);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, grpc => grpc.Protocols = HttpProtocols.Http2);
        });
        var receiver = new OtlpReceiver(builder.Build());
        receiver._application.Run(receiver.TakeAsync);
        await receiver._application.StartAsync(Cancel);
        return receiver;
    }

    /// <summary>Where it is reached by a protocol, <c>http</c> or <c>grpc</c>.</summary>
    public string AddressOf(string protocol) =>
        _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(protocol == "http" ? 0 : 1);

    /// <summary>Waits until some spans are there.</summary>
    public async Task<IReadOnlyList<ReceivedSpan>> WaitAsync(Func<IReadOnlyList<ReceivedSpan>, bool> isEnough)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isEnough(Spans))
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30),
                $"These spans came: {string.Join(", ", Spans.Select(span => $"{span.TraceId[..4]} {span.Name}"))}.");
            await Task.Delay(20, Cancel);
        }
        return Spans;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var isGrpc = http.Request.ContentType == "application/grpc";
        Take(http.Request.Path, ByteString.CopyFrom(body.ToArray().AsSpan(isGrpc ? FrameHeader : 0)));
        if (!isGrpc)
            return;
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(new byte[FrameHeader], http.RequestAborted);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private void Take(string path, ByteString request)
    {
        if (path is "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")
        {
            foreach (var metric in Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
                _metrics.Enqueue(Text(metric, 1));
        }
        if (path is not ("/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export"))
            return;
        foreach (var resourceSpans in Fields(request, 1))
        {
            var resource = Attributes(Fields(resourceSpans, 1).Single(), 1);
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
                _spans.Enqueue(Read(span, resource));
        }
    }

    // The numbers are those of opentelemetry/proto/trace/v1/trace.proto.
    private static ReceivedSpan Read(ByteString span, IReadOnlyDictionary<string, string> resource) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), (int)Number(span, 6), Attributes(span, 9),
        [.. Fields(span, 11).Select(each => (Text(each, 2), Attributes(each, 3)))],
        [.. Fields(span, 13).Select(link => (Hex(link, 1), Hex(link, 2)))],
        resource);

    private static Dictionary<string, string> Attributes(ByteString message, int field) =>
        Fields(message, field).ToDictionary(pair => Text(pair, 1), pair => Value(Fields(pair, 2).Single()));

    // One of: string 1, bool 2, int 3, double 4.
    private static string Value(ByteString value) => Fields(value, 1) is [var text] ? text.ToStringUtf8() : Number(value, 3).ToString();

    private static string Hex(ByteString message, int field) => Fields(message, field) is [var bytes] ? Convert.ToHexStringLower(bytes.Span) : "";

    private static string Text(ByteString message, int field) => Fields(message, field) is [var text] ? text.ToStringUtf8() : "";

    private static long Number(ByteString message, int field)
    {
        var input = message.CreateCodedInput();
        while (input.ReadTag() is > 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.Varint))
                return input.ReadInt64();
            input.SkipLastField();
        }
        return 0;
    }

    private static List<ByteString> Fields(ByteString message, int field)
    {
        var found = new List<ByteString>();
        var input = message.CreateCodedInput();
        while (input.ReadTag() is > 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited))
                found.Add(input.ReadBytes());
            else
                input.SkipLastField();
        }
        return found;
    }
}
