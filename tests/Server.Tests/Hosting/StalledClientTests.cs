using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>Who asks for much and reads nothing holds little, and not for long.</summary>
public sealed class StalledClientTests : IDisposable
{
    private const int Streams = 100;
    private const int Connections = 4;
    private const int Size = 3_000_000;

    private readonly RunningServer _server = new(("Answers:TimeLimit", "00:00:15"));

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Clients_that_grant_no_window_hold_no_more_than_all_answers_may_and_are_cut_off()
    {
        var id = await _server.PlaceOrderAsync($$"""{"description":"{{new string('x', Size)}}",{{ExampleOrders.Minimal[1..]}}""");
        var budget = _server.Service<AnswerBudget>();
        var free = budget.Free;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clients = new List<StalledClient>();
        try
        {
            for (var i = 0; i < Connections; i++)
                clients.Add(await StalledClient.ConnectAsync(_server.GrpcAddress));
            foreach (var client in clients)
                await client.AskAsync("/tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder", id, Streams);
            // Every stream has its headers, or its refusal.
            foreach (var client in clients)
                await client.ReadHeadersAsync(Streams);

            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.InRange(free - budget.Free, Size, free / 2);
            Assert.InRange(held, 0, 4 * free);
            Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(RunningServer.ServicePath + "?limit=0")).Status);
            Assert.True(SpinWait.SpinUntil(() => budget.Free >= free, TimeSpan.FromSeconds(60)), $"{budget.Free} of {free}");
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    /// <summary>A client of HTTP/2 that lets no stream send a byte of a body.</summary>
    private sealed class StalledClient(TcpClient tcp) : IDisposable
    {
        private const byte Headers = 1, Settings = 4, Ping = 6, EndHeaders = 4, EndStream = 1, Acknowledgement = 1;

        private readonly NetworkStream _stream = tcp.GetStream();

        public static async Task<StalledClient> ConnectAsync(string address)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync("127.0.0.1", new Uri(address).Port, Cancel);
            var client = new StalledClient(tcp);
            await client._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Cancel);
            // SETTINGS_INITIAL_WINDOW_SIZE = 0.
            await client.SendAsync(Settings, 0, 0, [0, 4, 0, 0, 0, 0]);
            return client;
        }

        public async Task AskAsync(string method, string id, int streams)
        {
            byte[] headers =
            [
                .. Literal(":method", "POST"), .. Literal(":scheme", "http"), .. Literal(":path", method), .. Literal(":authority", "localhost"),
                .. Literal("content-type", "application/grpc"), .. Literal("te", "trailers"),
            ];
            byte[] message = [0x0A, (byte)id.Length, .. Encoding.ASCII.GetBytes(id)];
            for (var i = 0; i < streams; i++)
            {
                await SendAsync(Headers, EndHeaders, (2 * i) + 1, headers);
                await SendAsync(0, EndStream, (2 * i) + 1, [0, 0, 0, 0, (byte)message.Length, .. message]);
            }
        }

        public async Task ReadHeadersAsync(int streams)
        {
            var seen = new HashSet<int>();
            while (seen.Count < streams)
            {
                var (type, stream) = await ReadFrameAsync() ?? throw new InvalidOperationException($"The server ended the connection after {seen.Count} answers.");
                if (type == Headers)
                    seen.Add(stream);
            }
        }

        public void Dispose() => tcp.Dispose();

        private async Task<(byte Type, int Stream)?> ReadFrameAsync()
        {
            try
            {
                var head = new byte[9];
                await _stream.ReadExactlyAsync(head, Cancel);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await _stream.ReadExactlyAsync(payload, Cancel);
                if (head[3] is Settings or Ping && (head[4] & Acknowledgement) == 0)
                    await SendAsync(head[3], Acknowledgement, 0, head[3] == Ping ? payload : []);
                return (head[3], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
            }
            catch (IOException)
            {
                return null;
            }
        }

        private async Task SendAsync(byte type, byte flags, int stream, byte[] payload)
        {
            var frame = new byte[9 + payload.Length];
            (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
            payload.CopyTo(frame, 9);
            await _stream.WriteAsync(frame, Cancel);
        }

        // HPACK: a literal without indexing, names and values of less than 127 bytes.
        private static byte[] Literal(string name, string value) =>
            [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
    }
}
