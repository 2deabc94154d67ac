using System.IO.Compression;
using System.Text;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Tests;

public class CompressionTests
{
    private static readonly string LongText = new('x', 10_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Messages_are_compressed_in_both_directions(string encoding)
    {
        var requestEncoding = new TaskCompletionSource<string?>();
        var handler = new EncodingRecorder();
        await using var server = await TestServer.StartAsync(
            services => services.AddSingleton(new EchoService()).AddGrpc(options =>
            {
                options.ResponseCompressionAlgorithm = encoding;
                options.ResponseCompressionLevel = CompressionLevel.Fastest;
            }),
            application =>
            {
                application.Use((context, next) =>
                {
                    requestEncoding.TrySetResult(context.Request.Headers["grpc-encoding"]);
                    return next(context);
                });
                application.MapGrpcService<EchoService>();
            },
            channel => channel.HttpHandler = handler);
        var headers = new Metadata { { "grpc-internal-encoding-request", encoding } };

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(
            new EchoRequest { Text = LongText }, headers, cancellationToken: Token);

        Assert.Equal(LongText, response.Text);
        Assert.Equal(encoding, await requestEncoding.Task.WaitAsync(Token));
        Assert.Equal(encoding, handler.ResponseEncoding);
        Assert.InRange(handler.RequestLength, 1, 1000);
    }

    [Fact]
    public async Task Message_that_asks_for_no_compression_is_sent_as_it_is()
    {
        var handler = new EncodingRecorder();
        await using var server = await TestServer.StartEchoAsync(channel: channel => channel.HttpHandler = handler);
        var options = new CallOptions(new Metadata { { "grpc-internal-encoding-request", "gzip" } }, cancellationToken: Token)
            .WithWriteOptions(new WriteOptions(WriteFlags.NoCompress));

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest { Text = LongText }, options);

        Assert.Equal(LongText, response.Text);
        Assert.InRange(handler.RequestLength, LongText.Length, LongText.Length + 100);
    }

    [Fact]
    public void Provider_restores_what_it_compressed() =>
        Assert.All<ICompressionProvider>(
            [new GzipCompressionProvider(CompressionLevel.Optimal), new DeflateCompressionProvider(CompressionLevel.Optimal)],
            provider =>
            {
                using var compressed = new MemoryStream();
                using (var compress = provider.CreateCompressionStream(compressed, null))
                {
                    compress.Write(Encoding.UTF8.GetBytes(LongText));
                }

                Assert.InRange(compressed.Length, 1, 1000);
                compressed.Position = 0;
                using var reader = new StreamReader(provider.CreateDecompressionStream(compressed));
                Assert.Equal(LongText, reader.ReadToEnd());
            });

    /// <summary>Looks at the HTTP messages between the client library and the server.</summary>
    private sealed class EncodingRecorder() : DelegatingHandler(new SocketsHttpHandler())
    {
        public long RequestLength { get; private set; }

        public string? ResponseEncoding { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A unary request is complete before it is sent, so it can be read ahead.
            var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            RequestLength = body.Length;
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = request.Content.Headers.ContentType;
            request.Content = content;
            var response = await base.SendAsync(request, cancellationToken);
            ResponseEncoding = response.Headers.TryGetValues("grpc-encoding", out var values) ? values.Single() : null;
            return response;
        }
    }
}
