using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>How pages and actions of the console are mapped: each with what its caller needs, which is what the contract says of a method.</summary>
internal static class ConsoleRoutes
{
    /// <summary>The path of every page begins so, behind the server's own prefix.</summary>
    public const string Root = "/console";

    private const long LargestForm = 256 * 1024;

    /// <summary>Maps a page.</summary>
    /// <param name="console">The console's routes.</param>
    /// <param name="path">Its path below <see cref="Root"/>.</param>
    /// <param name="method">The method without which the page is nothing; one of <see cref="Methods"/>.</param>
    /// <param name="show">Shows it.</param>
    public static void MapPage(this IEndpointRouteBuilder console, string path, string method, Func<Visit, Task<IResult>> show) =>
        console.MapGet(path, Answer(show)).WithMetadata(new AccessAs(method));

    /// <summary>The same for a page that is of no method.</summary>
    public static void MapPage(this IEndpointRouteBuilder console, string path, Access access, Func<Visit, Task<IResult>> show) =>
        console.MapGet(path, Answer(show)).WithMetadata(access);

    /// <summary>Maps what a form does. The form is one that this server has given out, to this browser.</summary>
    public static void MapAction(this IEndpointRouteBuilder console, string path, string method, Func<Visit, IFormCollection, Task<IResult>> act) =>
        console.MapPost(path, Answer(act)).WithMetadata(new AccessAs(method));

    /// <summary>Answers with what a page or an action does; what is refused is told by <see cref="ConsoleAnswers"/>.</summary>
    public static RequestDelegate Answer(Func<Visit, Task<IResult>> show) => async http =>
    {
        try
        {
            var result = await show(new Visit(http));
            await result.ExecuteAsync(http);
        }
        catch (RpcException refusal) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            TmfJsonExtensions.Refuse(http, refusal);
        }
    };

    /// <summary>The same for what a form does; the form is one that this server has given out, to this browser.</summary>
    public static RequestDelegate Answer(Func<Visit, IFormCollection, Task<IResult>> act) => Answer(visit => ActAsync(visit, act));

    private static async Task<IResult> ActAsync(Visit visit, Func<Visit, IFormCollection, Task<IResult>> act)
    {
        var http = visit.Http;
        if (!http.Request.HasFormContentType)
            return Refused(http, TranscodingFailure.MediaTypeNotSupported, "An action takes a form.");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LargestForm;
        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            await http.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(http);
            return await act(visit, form);
        }
        catch (AntiforgeryValidationException)
        {
            return Refused(http, TranscodingFailure.OriginNotAllowed, "The form is not one that this server has given to this browser, or it is too old. Go back, reload the page and try again.");
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            return Refused(http, TranscodingFailure.RequestTooLarge, $"The form is larger than {LargestForm} bytes, or none.");
        }
    }

    private static IResult Refused(HttpContext http, TranscodingFailure failure, string message)
    {
        http.Refuse(failure, message);
        return Results.Empty;
    }
}
