using Grpc.Core;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// What lasts as long as a call, and longer than the method that answers it. The answer of a gRPC method is with Kestrel when the
/// method has ended, and stays there for as long as the caller reads nothing: what is kept for an answer is kept until then.
/// </summary>
internal sealed class AnswerLifetime(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        if (http.Features.Get<Held>() is not null)
            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
    }

    public sealed class Held;
}

internal static class AnswerLifetimeExtensions
{
    private static readonly AnswerLifetime.Held Held = new();

    /// <summary>Disposes of something once the answer has gone out, or the caller; who has not taken the answer in time is cut off.</summary>
    public static void KeepUntilAnswered(this ServerCallContext context, IDisposable held, TimeSpan limit)
    {
        var http = context.GetHttpContext();
        http.Features.Set(Held);
        http.Response.RegisterForDispose(held);
        // Kestrel asks for a rate only where bytes go out, which who grants no window does not let happen.
        var time = new CancellationTokenSource(limit);
        http.Response.RegisterForDispose(time);
        http.Response.RegisterForDispose(time.Token.UnsafeRegister(static http => ((HttpContext)http!).Abort(), http));
    }
}
