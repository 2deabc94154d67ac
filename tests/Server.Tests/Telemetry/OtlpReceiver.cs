using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Server.Tests.Telemetry;

/// <summary>A span as it was received.</summary>
public sealed record ReceivedSpan(
    string TraceId, string Id, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Attributes)> Events,
    IReadOnlyList<(string TraceId, string SpanId)> Links, IReadOnlyDictionary<string, string> Resource);

/// <summary>A collector of OpenTelemetry: takes traces as protobuf over HTTP, and reads of them what tests look at.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();

    private OtlpReceiver(WebApplication application) => _application = application;

    public string Address => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._application.Run(receiver.TakeAsync);
        await receiver._application.StartAsync(Cancel);
        return receiver;
    }

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
        if (http.Request.Path != "/v1/traces")
            return;
        foreach (var resourceSpans in Fields(ByteString.CopyFrom(body.ToArray()), 1))
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
