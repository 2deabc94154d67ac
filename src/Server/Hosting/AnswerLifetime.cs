using Grpc.Core;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// What lasts as long as a call, and longer than the method that answers it. The answer of a gRPC method is with Kestrel when the
/// method has ended, and stays there for as long as the caller reads nothing: what is kept for an answer is kept until then.
/// </summary>
internal sealed class AnswerLifetime(RequestDelegate next)
{
    // Each holds some 20 KB at least, streams that wait for events among them.
    private const int MostCalls = 20_000;

    private int _calls;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            if (Interlocked.Increment(ref _calls) > MostCalls)
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }
            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
        if (http.Features.Get<Held>() is not null)
            await FlushAsync(http);
    }

    private static async Task FlushAsync(HttpContext http)
    {
        try
        {
            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // gRPC has ended the answer by itself, where the deadline has passed.
        }
    }

    public sealed class Held;
}

internal static class AnswerLifetimeExtensions
{
    private static readonly AnswerLifetime.Held Held = new();

    /// <summary>Disposes of something once the answer has gone out, or the caller.</summary>
    public static void KeepUntilAnswered(this ServerCallContext context, IDisposable held)
    {
        var http = context.GetHttpContext();
        http.Features.Set(Held);
        http.Response.RegisterForDispose(held);
    }
}
