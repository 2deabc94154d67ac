using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Tests.Protos;

namespace Grpc.Tests;

public class MetadataOnTheWireTests
{
    private static readonly byte[] Bytes = [0, 1, 127, 128, 255];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_headers_reach_the_server()
    {
        var seen = new TaskCompletionSource<Metadata>();
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = (_, context) =>
            {
                seen.SetResult(context.RequestHeaders);
                return Task.FromResult(new EchoResponse());
            },
        });
        var headers = new Metadata { { "X-Text", "text" }, { "x-bytes-bin", Bytes } };

        await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), headers, cancellationToken: Token);

        var received = await seen.Task.WaitAsync(Token);
        Assert.Equal("text", received.GetValue("x-text"));
        Assert.Equal(Bytes, received.GetValueBytes("x-bytes-bin"));
    }

    [Fact]
    public async Task Response_headers_and_trailers_reach_the_client()
    {
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = async (_, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "x-text", "head" }, { "x-bytes-bin", Bytes } });
                context.ResponseTrailers.Add("x-text", "tail");
                context.ResponseTrailers.Add("x-bytes-bin", Bytes);
                return new EchoResponse();
            },
        });

        using var call = new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token);
        var headers = await call.ResponseHeadersAsync;
        await call;
        var trailers = call.GetTrailers();

        Assert.Equal("head", headers.GetValue("x-text"));
        Assert.Equal(Bytes, headers.GetValueBytes("x-bytes-bin"));
        Assert.Equal("tail", trailers.GetValue("x-text"));
        Assert.Equal(Bytes, trailers.GetValueBytes("x-bytes-bin"));
    }

    [Fact]
    public async Task Headers_arrive_before_the_first_message_of_a_stream()
    {
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnServerStreaming = async (_, _, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "x-text", "head" } });
                await release.Task;
            },
        });

        using var call = new Echo.EchoClient(server.Channel).ServerStreaming(new EchoRequest(), cancellationToken: Token);
        var headers = await call.ResponseHeadersAsync;
        release.SetResult();

        Assert.Equal("head", headers.GetValue("x-text"));
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task Trailers_of_an_exception_reach_the_client()
    {
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = (_, _) => throw new RpcException(
                new Core.Status(StatusCode.NotFound, "no such echo"), new Metadata { { "x-text", "tail" } }),
        });

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("no such echo", error.Status.Detail);
        Assert.Equal("tail", error.Trailers.GetValue("x-text"));
    }

    [Fact]
    public async Task Rich_status_details_reach_the_client()
    {
        var violation = new BadRequest.Types.FieldViolation { Field = "text", Description = "is empty" };
        var sent = new Google.Rpc.Status
        {
            Code = (int)StatusCode.InvalidArgument,
            Message = "not an echo",
            Details = { Any.Pack(new BadRequest { FieldViolations = { violation } }) },
        };
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = (_, _) => throw new RpcException(
                new Core.Status(StatusCode.InvalidArgument, sent.Message),
                new Metadata { { "grpc-status-details-bin", sent.ToByteArray() } }),
        });

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token));

        var received = Google.Rpc.Status.Parser.ParseFrom(error.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal(sent, received);
        Assert.Equal(violation, received.Details.Single().Unpack<BadRequest>().FieldViolations.Single());
    }
}
