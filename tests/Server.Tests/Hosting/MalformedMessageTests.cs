using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What is no protobuf is the caller's fault, and costs the log nothing.</summary>
public sealed class MalformedMessageTests : IDisposable
{
    private readonly LogLines _lines = new();
    private readonly RunningServer _server;

    public MalformedMessageTests() => _server = new RunningServer(services => services.AddSingleton<ILoggerProvider>(_lines));

    public static TheoryData<string, byte[]> Messages => new()
    {
        { "tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder", [0xFF] },
        { "tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder", [0x0A, 0x7F, 0x01] },
        { "tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder", [0x0A, 0x02, 0xC3, 0x28] },
        { "tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder", [0x0C] },
        { "serviceordering.events.v1.EventService/WatchEvents", [0xFF, 0xFF] },
        { "grpc.health.v1.Health/Check", [0x0A, 0x7F] },
        { "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", [0x0A, 0x7F] },
    };

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Message_that_is_no_protobuf_is_an_invalid_argument(string method, byte[] message)
    {
        Assert.Equal("3", await CallAsync(method, message));
        Assert.DoesNotContain(_lines.All, line => line.Contains("Exception", StringComparison.Ordinal) || line.Contains("rror", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders")]
    [InlineData("serviceordering.events.v1.EventService/WatchEvents")]
    public async Task Message_in_a_frame_that_gRPC_does_not_have_is_an_invalid_argument(string method)
    {
        Assert.Equal("3", await CallAsync(method, [], compressed: 2));
        Assert.Empty(_lines.All);
    }

    [Theory]
    [InlineData("serviceordering.events.v1.EventService/WatchEvents", "50m")]
    [InlineData("tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders", "1m")]
    public async Task Deadline_that_passes_within_a_method_is_no_fault_in_the_log(string method, string timeout)
    {
        // A method ends after its caller was told: this one has by the end of the next.
        for (var i = 0; i < 20; i++)
            Assert.Contains(await CallAsync(method, [], timeout), new[] { "0", "4" });

        Assert.Empty(_lines.All);
    }

    [Fact]
    public async Task Connections_that_break_the_protocol_are_a_bounded_number_of_lines_without_a_stack_trace()
    {
        // HEADERS with the index 0, which HPACK does not have and Kestrel looks up.
        byte[] conversation = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 1, 4, 0, 0, 0, 1, 0x80];
        for (var i = 0; i < 30; i++)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync("127.0.0.1", new Uri(_server.GrpcAddress).Port, Cancel);
            await tcp.GetStream().WriteAsync(conversation, Cancel);
            await tcp.GetStream().CopyToAsync(Stream.Null, Cancel).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        Assert.InRange(_lines.All.Count, 1, 10);
        Assert.DoesNotContain(_lines.All, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public void Same_error_is_logged_ten_times_a_minute_and_the_rest_is_counted()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var limit = new ErrorLogLimit(time);

        Assert.Equal([.. Enumerable.Repeat<int?>(0, 10), null, null], Enumerable.Range(0, 12).Select(_ => limit.Admit("a")));
        Assert.Equal(0, limit.Admit("b"));
        time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal([2, 0], [limit.Admit("a"), limit.Admit("a")]);
    }

    private async Task<string> CallAsync(string method, byte[] message, string? timeout = null, byte compressed = 0)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_server.GrpcAddress) };
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([compressed, 0, 0, 0, (byte)message.Length, .. message]) { Headers = { ContentType = new("application/grpc") } },
            Headers = { { "TE", "trailers" } },
        };
        if (timeout is not null)
            request.Headers.Add("grpc-timeout", timeout);
        using var response = await http.SendAsync(request, Cancel);
        await response.Content.ReadAsByteArrayAsync(Cancel);
        return response.Headers.Concat(response.TrailingHeaders).Single(header => header.Key == "grpc-status").Value.Single();
    }
}
