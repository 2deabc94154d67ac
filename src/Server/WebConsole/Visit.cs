using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>Somebody's request for a page: who it is, what they may do, and the contract's clients that work for them.</summary>
internal sealed class Visit(HttpContext http)
{
    private readonly LocalCalls _calls = new(http);
    private object? _model;

    public HttpContext Http => http;

    public Identity Identity => http.Identity();

    /// <summary>The prefix that links begin with: the server's, behind a proxy, and the console's.</summary>
    public string Root => http.Request.PathBase + ConsoleRoutes.Root;

    public ServiceOrderService.ServiceOrderServiceClient Orders => new(_calls);

    public CancelServiceOrderService.CancelServiceOrderServiceClient Cancels => new(_calls);

    public ServiceService.ServiceServiceClient Services => new(_calls);

    public ServiceTopologyService.ServiceTopologyServiceClient Topology => new(_calls);

    public FulfillmentService.FulfillmentServiceClient Work => new(_calls);

    public FalloutService.FalloutServiceClient Fallout => new(_calls);

    public JobService.JobServiceClient Jobs => new(_calls);

    public EventSubscriptionService.EventSubscriptionServiceClient Subscriptions => new(_calls);

    public EventDeliveryService.EventDeliveryServiceClient Deliveries => new(_calls);

    /// <summary>Watches events, until the token is cancelled; everything that is there to be told is told to the writer.</summary>
    public Task WatchAsync(WatchEventsRequest request, IServerStreamWriter<WatchEventsResponse> responses, CancellationToken cancellationToken) =>
        _calls.StreamAsync(Methods.WatchEvents, request, responses, cancellationToken);

    /// <summary>Whether the caller may call a method; what it may not is not offered.</summary>
    /// <param name="method">The full name; one of <see cref="Methods"/>.</param>
    public bool May(string method) => Refusal(method) is null;

    /// <summary>Why the caller may not call a method; null where it may.</summary>
    public RpcException? Refusal(string method) => _calls.Refusal(method);

    /// <summary>The same for what is of no method.</summary>
    public bool May(Access access) => EndpointAccess.Refusal(access, Identity) is null;

    /// <summary>Asks for what the address of the page has conditions for; what is wrong with them is told on the page.</summary>
    /// <returns>The answer, or why there is none.</returns>
    public static async Task<(T? Answer, string? Problem)> TryAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return (await ask(), null);
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.InvalidArgument or StatusCode.DeadlineExceeded or StatusCode.Unimplemented)
        {
            return (null, refusal.Status.Detail);
        }
    }

    /// <summary>The id in the page's path.</summary>
    public string Id => (string)http.Request.RouteValues["id"]!;

    /// <summary>How many of a list come before the page; 0 where the address does not say.</summary>
    public int Offset => int.TryParse(Query("offset"), out var offset) && offset > 0 ? offset : 0;

    /// <summary>The clock.</summary>
    public TimeProvider Time => http.RequestServices.GetRequiredService<TimeProvider>();

    /// <summary>The first value of a query parameter, without space around it; empty where there is none.</summary>
    public string Query(string name) => http.Request.Query[name] is [{ } value, ..] ? value.Trim() : "";

    /// <summary>All values of a query parameter that are not empty.</summary>
    public IEnumerable<string> QueryAll(string name) => http.Request.Query[name].OfType<string>().Where(value => value.Length > 0);

    /// <summary>The address of a page.</summary>
    /// <param name="path">Its path below the console: <c>/orders/1</c>, whose segments are escaped.</param>
    /// <param name="query">What follows; empty values are left out.</param>
    public string Link(string path, params IEnumerable<(string Name, string? Value)> query) =>
        Root + path + QueryString.Create(query.Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => KeyValuePair.Create(pair.Name, (StringValues)pair.Value)));

    /// <summary>The address of this page with some of its query changed; a null or empty value takes it out.</summary>
    public string Here(params (string Name, string? Value)[] changes) => http.Request.PathBase + http.Request.Path + QueryString.Create(
        http.Request.Query.Where(pair => !Array.Exists(changes, change => change.Name == pair.Key) && pair.Key != Notices.Parameter)
            .Concat(changes.Where(change => !string.IsNullOrEmpty(change.Value)).Select(change => KeyValuePair.Create(change.Name, (StringValues)change.Value))));

    /// <summary>Answers with a page.</summary>
    /// <param name="model">What the page shows; it asks for it by <see cref="Model{T}"/>.</param>
    /// <param name="status">The HTTP status.</param>
    public IResult Show<TPage>(object model, int status = StatusCodes.Status200OK)
        where TPage : IComponent
    {
        _model = model;
        http.Features.Set(this);
        // As forms ask for it.
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers.Pragma = "no-cache";
        return new RazorComponentResult<TPage> { StatusCode = status, PreventStreamingRendering = true };
    }

    /// <summary>Answers an action: sends the browser back to a page, which says what was done.</summary>
    /// <param name="path">The page, as <see cref="Link"/> takes it; null for the one that the form was on.</param>
    /// <param name="notice">One of <see cref="Notices"/>.</param>
    public IResult Done(string? path, string notice)
    {
        var page = path is null ? ReturnAddress : Root + path;
        return new SeeOther(page + (page.Contains('?', StringComparison.Ordinal) ? '&' : '?') + Notices.Parameter + '=' + notice);
    }

    /// <summary>The page that a form was on, without what was said on it; the console's first where the form does not say.</summary>
    public string ReturnAddress => LocalAddress(http.Request.HasFormContentType ? http.Request.Form["return"].ToString() : "");

    /// <summary>An address within the console; its first page in place of one that is not.</summary>
    public string LocalAddress(string address)
    {
        // What a browser could take for another host, or for what is not the console's, is not followed.
        var isOurs = (address.StartsWith(Root + '/', StringComparison.Ordinal) || address.StartsWith(Root + '?', StringComparison.Ordinal) || address == Root)
            && !address.Contains('\\', StringComparison.Ordinal) && !address.Any(char.IsControl) && !address.Contains("/..", StringComparison.Ordinal);
        return isOurs ? address : Root;
    }

    public T Model<T>() => (T)_model!;

    /// <summary>After a form: the browser gets the page, and a reload sends nothing again.</summary>
    private sealed class SeeOther(string address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = address;
            return Task.CompletedTask;
        }
    }
}
