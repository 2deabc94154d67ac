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
        if (endpoint is null || Of(endpoint) is not { } access)
            return null;
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
            return (_methods ??= Methods()).GetValueOrDefault(method.Method.FullName, Closed);
        // What gRPC and routing answer to a path that leads nowhere.
        return endpoint is RouteEndpoint { RoutePattern.RawText: { } pattern } && !pattern.StartsWith("{unimplemented", StringComparison.Ordinal) ? Closed : null;
    }

    private FrozenDictionary<string, Access> Methods() => Discovery.Services([endpoints])
        .SelectMany(service => service.Methods)
        .ToFrozenDictionary(method => $"/{method.Service.FullName}/{method.Name}", method => method.GetOptions()?.GetExtension(AccessExtensions.Access) ?? Closed);
}

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
