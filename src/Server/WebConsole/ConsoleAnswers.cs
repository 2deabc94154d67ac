using System.Diagnostics;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>
/// What holds for every answer of the console: a browser is told to run nothing and to ask nobody that is not this server, whoever is signed in
/// comes with the credentials they signed in with, and what is refused is a page.
/// </summary>
internal sealed partial class ConsoleAnswers(RequestDelegate next, ErrorLogLimit limit, ILogger<ConsoleAnswers> logger)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public async Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(ConsoleRoutes.Root))
        {
            await next(http);
            return;
        }
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.XContentTypeOptions = "nosniff";
        await Session.BringAsync(http);
        try
        {
            await next(http);
        }
        catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            var traceId = Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N");
            if (limit.Admit($"console {http.Request.Path} {e.GetType()}") is { } leftOut)
                LogUnforeseen(e, http.Request.Path, traceId, leftOut);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            http.Features.Set(new RestError { HttpStatus = 500, GrpcStatus = Grpc.Core.StatusCode.Internal, Reason = "INTERNAL", Message = "The server could not make the page; its log says more.", TraceId = traceId });
        }
        if (http.Response.StatusCode >= 400 && http.Response is { HasStarted: false, ContentType: null })
            await TellAsync(http);
    }

    private static async Task TellAsync(HttpContext http)
    {
        var visit = new Visit(http);
        var status = http.Response.StatusCode;
        var error = http.Features.Get<RestError>();
        var page = status == StatusCodes.Status401Unauthorized
            ? visit.Show<SignInPage>(SignIn.Of(visit, error?.Message), status)
            : visit.Show<ErrorPage>(new Failure(status, error?.Message ?? Words(status), [.. error?.Violations.Select(violation => $"{violation.Name.TrimStart('/')}: {violation.Message}") ?? []], error?.TraceId ?? ""), status);
        await page.ExecuteAsync(http);
    }

    private static string Words(int status) => status switch
    {
        StatusCodes.Status404NotFound => "There is no such page.",
        StatusCodes.Status405MethodNotAllowed => "The page does not take that.",
        StatusCodes.Status429TooManyRequests => "There were too many requests; try again later.",
        StatusCodes.Status503ServiceUnavailable => "The server cannot answer now.",
        _ => "The request is refused.",
    };

    [LoggerMessage(1, LogLevel.Error, "The page {Path} failed, trace {TraceId}; {LeftOut} like it were left out of the log")]
    private partial void LogUnforeseen(Exception cause, string path, string traceId, int leftOut);
}

/// <summary>Why there is no page.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">What went wrong, for people.</param>
/// <param name="Violations">What of the request is wrong, each with its place.</param>
/// <param name="TraceId">Identifies it in the log; empty where the log has nothing.</param>
internal sealed record Failure(int Status, string Message, IReadOnlyList<string> Violations, string TraceId);
