using System.Collections.Frozen;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// What a caller of an endpoint needs: of a method what the contract says, of anything else what it was mapped with. Where
/// neither says anything nobody is let through.
/// </summary>
internal sealed class EndpointAccess(EndpointDataSource endpoints)
{
    // Of no scope, which nobody has.
    private static readonly Access Closed = new();

    private FrozenDictionary<string, Access>? _methods;

    /// <summary>Why a caller may not use an endpoint; null where it may. An endpoint that is not there may be asked for by everybody who is known.</summary>
    /// <param name="endpoint">The endpoint; null for none.</param>
    /// <param name="identity">The caller.</param>
    public RpcException? Refusal(Endpoint? endpoint, Identity identity)
    {
        return endpoint is null || Of(endpoint) is not { } access ? null : Refusal(access, identity);
    }

    /// <summary>Why a caller may not use what needs this; null where it may.</summary>
    public static RpcException? Refusal(Access access, Identity identity)
    {
        if (access.Scope.Length == 0 || !identity.Has(access.Scope))
            return ApiErrors.ScopeMissing(access.Scope);
        return identity.Party is not null && !access.ForParties ? ApiErrors.PartyNotAllowed() : null;
    }

    /// <summary>What a caller of an endpoint needs; null where that is nothing but to be known.</summary>
    public Access? Of(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<Access>() is { } access)
            return access;
        if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method)
            return Of(method.Method.FullName);
        if (endpoint.Metadata.GetMetadata<AccessAs>() is { } other)
            return Of(other.Method);
        // What gRPC and routing answer to a path that leads nowhere.
        return endpoint is RouteEndpoint { RoutePattern.RawText: { } pattern } && !pattern.StartsWith("{unimplemented", StringComparison.Ordinal) ? Closed : null;
    }

    /// <summary>What a caller of a method needs.</summary>
    /// <param name="method">The full name: <c>/package.Service/Method</c>.</param>
    public Access Of(string method) => (_methods ??= Methods()).GetValueOrDefault(method, Closed);

    private FrozenDictionary<string, Access> Methods() => Discovery.Services([endpoints])
        .SelectMany(service => service.Methods)
        .ToFrozenDictionary(method => $"/{method.Service.FullName}/{method.Name}", method => method.GetOptions()?.GetExtension(AccessExtensions.Access) ?? Closed);
}

/// <summary>Says of an endpoint that its caller needs what a method's caller needs.</summary>
/// <param name="Method">The method's full name.</param>
internal sealed record AccessAs(string Method);

/// <summary>The requirement that every endpoint has; see <see cref="EndpointAccess"/>.</summary>
internal sealed class AccessRequirement : IAuthorizationRequirement;

/// <summary>Lets through who has what the endpoint needs.</summary>
internal sealed class AccessHandler(EndpointAccess access) : AuthorizationHandler<AccessRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRequirement requirement)
    {
        if (context.Resource is HttpContext http && http.Features.Get<Identity>() is { } identity && access.Refusal(http.GetEndpoint(), identity) is null)
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
