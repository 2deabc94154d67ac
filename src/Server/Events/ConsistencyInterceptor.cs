using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// Lets callers read what they, or others who gave them a token, have written, whichever server they come to: a write answers with
/// a token of the log's position behind it, and a call that sends one waits until its server has come as far. The token is a
/// resume token: a watch from there tells what came after the write.
/// </summary>
internal sealed class ConsistencyInterceptor(Database database, ResumeTokens tokens) : Interceptor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        context.ConsistencyToken() is { Length: > 0 } token ? WaitAsync(token, request, context, continuation) : AnswerAsync(request, context, continuation);

    private async Task<TResponse> WaitAsync<TRequest, TResponse>(
        string token, TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        await ReachAsync(token, context.CancellationToken);
        return await AnswerAsync(request, context, continuation);
    }

    private async Task<TResponse> AnswerAsync<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        var response = await continuation(request, context);
        if (context.Written() is > 0 and var position)
            context.ResponseTrailers.Add(Callers.ConsistencyHeader, tokens.Write(position));
        return response;
    }

    private async Task ReachAsync(string token, CancellationToken cancellationToken)
    {
        if (!tokens.TryRead(token, out var position))
        {
            throw ApiErrors.RequestInvalid([RequestFields.Violation(
                Callers.ConsistencyHeader, ErrorReason.HeaderInvalid, "Is none that a write on this database answered with.")]);
        }
        var began = Stopwatch.GetTimestamp();
        while (await database.ReadAsync(EventLog.LastAsync) < position)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw ApiErrors.ServerUnavailable("This server has not come as far as the consistency token; try again in a moment, or at another server.");
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
