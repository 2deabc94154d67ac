using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>A client of HTTP/2 that lets no stream send a byte of a body.</summary>
internal sealed class StalledClient(TcpClient tcp) : IDisposable
{
    private const byte Headers = 1, Settings = 4, Ping = 6, EndHeaders = 4, EndStream = 1, Acknowledgement = 1;

    private const int LargestFrame = 16 * 1024;

    private readonly NetworkStream _stream = tcp.GetStream();
    private int _lastStream = -1;

    public static async Task<StalledClient> ConnectAsync(string address)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", new Uri(address).Port, TestContext.Current.CancellationToken);
        var client = new StalledClient(tcp);
        await client._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        // SETTINGS_INITIAL_WINDOW_SIZE = 0.
        await client.SendAsync(Settings, 0, 0, [0, 4, 0, 0, 0, 0]);
        return client;
    }

    /// <param name="method">The method, as in a path.</param>
    /// <param name="id">The first field of the request, a text.</param>
    /// <param name="streams">How often.</param>
    public Task AskAsync(string method, string id, int streams) => AskAsync(method, [0x0A, (byte)id.Length, .. Encoding.ASCII.GetBytes(id)], streams);

    /// <summary>Calls on streams that were not used before. More than the server grants at once is for a call at a time, whose headers are waited for.</summary>
    public async Task AskAsync(string method, byte[] message, int streams)
    {
        byte[] headers =
        [
            .. Literal(":method", "POST"), .. Literal(":scheme", "http"), .. Literal(":path", method), .. Literal(":authority", "localhost"),
            .. Literal("content-type", "application/grpc"), .. Literal("te", "trailers"),
        ];
        for (var i = 0; i < streams; i++)
        {
            _lastStream += 2;
            await SendAsync(Headers, EndHeaders, _lastStream, headers);
            for (var (rest, prefix) = (message, (byte[])[0, .. BitConverter.GetBytes(IPAddress.HostToNetworkOrder(message.Length))]); rest.Length + prefix.Length > 0; prefix = [])
            {
                byte[] piece = [.. prefix, .. rest.AsSpan(0, Math.Min(rest.Length, LargestFrame - prefix.Length))];
                rest = rest[(piece.Length - prefix.Length)..];
                await SendAsync(0, rest.Length == 0 ? EndStream : (byte)0, _lastStream, piece);
            }
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

    public async Task<(byte Type, int Stream)?> ReadFrameAsync()
    {
        try
        {
            var head = new byte[9];
            await _stream.ReadExactlyAsync(head, TestContext.Current.CancellationToken);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await _stream.ReadExactlyAsync(payload, TestContext.Current.CancellationToken);
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
        await _stream.WriteAsync(frame, TestContext.Current.CancellationToken);
    }

    // HPACK: a literal without indexing, names and values of less than 127 bytes.
    private static byte[] Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
