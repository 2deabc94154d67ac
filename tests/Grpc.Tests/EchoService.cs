using Grpc.Core;
using Grpc.Tests.Protos;

namespace Grpc.Tests;

/// <summary>Echoes, unless a test says otherwise.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    public UnaryServerMethod<EchoRequest, EchoResponse>? OnUnary { get; init; }

    public ServerStreamingServerMethod<EchoRequest, EchoResponse>? OnServerStreaming { get; init; }

    public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) =>
        OnUnary?.Invoke(request, context) ?? Task.FromResult(new EchoResponse { Text = request.Text });

    public override async Task ServerStreaming(
        EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        if (OnServerStreaming is not null)
        {
            await OnServerStreaming(request, responseStream, context);
            return;
        }
        for (var i = 0; i < request.Count; i++)
        {
            await responseStream.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
        }
    }

    public override async Task<EchoResponse> ClientStreaming(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var texts = requestStream.ReadAllAsync(context.CancellationToken).Select(request => request.Text);
        return new EchoResponse { Text = string.Join(' ', await texts.ToListAsync(context.CancellationToken)) };
    }

    public override async Task DuplexStreaming(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
        }
    }
}
