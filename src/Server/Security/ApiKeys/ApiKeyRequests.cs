using ServiceOrdering.Errors.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>What a request about keys must be. Pure.</summary>
internal static class ApiKeyRequests
{
    private const int MostGrants = 100;
    private const int LongestParty = 255;

    /// <summary>The key that is asked for, but for who asks and when.</summary>
    /// <param name="request">The request.</param>
    /// <param name="creator">Who asks: nobody gives what they do not have.</param>
    /// <param name="roles">The roles that there are.</param>
    /// <param name="now">The time.</param>
    public static ApiKey Check(CreateApiKeyRequest request, Identity creator, Roles roles, DateTimeOffset now)
    {
        var violations = RequestFields.Check(request);
        if (request.Name.Length > 0 && CallerName.Problem(request.Name) is { } problem)
            violations.Add(Violation("name", ErrorReason.FieldInvalid, problem));
        for (var i = 0; i < request.Roles.Count; i++)
        {
            if (!roles.Has(request.Roles[i]))
                violations.Add(Violation($"roles[{i}]", ErrorReason.FieldInvalid, $"'{request.Roles[i]}' is no role. Allowed: {string.Join(", ", roles.Names)}."));
        }
        for (var i = 0; i < request.Scopes.Count; i++)
        {
            if (Scopes.Problem([request.Scopes[i]]) is { } unknown)
                violations.Add(Violation($"scopes[{i}]", ErrorReason.FieldInvalid, unknown));
        }
        if (request.Roles.Count + request.Scopes.Count == 0)
            violations.Add(Violation("roles", ErrorReason.FieldMissing, "A role or a scope is required: the key would be good for nothing."));
        if (request.Roles.Count + request.Scopes.Count > MostGrants)
            violations.Add(Violation("scopes", ErrorReason.FieldInvalid, $"A key has at most {MostGrants} roles and scopes."));
        if (request.Party.Length > LongestParty)
            violations.Add(Violation("party", ErrorReason.FieldInvalid, $"'party' has at most {LongestParty} characters."));
        if (request.ExpiresDate is { } expires && expires.ToDateTimeOffset() <= now)
            violations.Add(Violation("expires_date", ErrorReason.FieldInvalid, "'expiresDate' has passed."));
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);

        var key = new ApiKey
        {
            Name = request.Name,
            Roles = { request.Roles.Distinct() },
            Scopes = { request.Scopes.Distinct() },
            Party = request.Party,
            ExpiresDate = request.ExpiresDate,
        };
        CheckGrants(request, creator, roles);
        return key;
    }

    public static ResourceQuery Check(ListApiKeysRequest request, Sight sight, UnknownAttributes unknown) => ResourceQuery.Check(
        sight, ResourceSchema.For(ApiKey.Descriptor), unknown, request.Filter, request.Sort, request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);

    private static void CheckGrants(CreateApiKeyRequest request, Identity creator, Roles roles)
    {
        var forbidden = new List<FieldViolation>();
        for (var i = 0; i < request.Roles.Count; i++)
        {
            if (Lacks(roles.Scopes([request.Roles[i]], [])))
                forbidden.Add(Violation($"roles[{i}]", ErrorReason.ApiKeyGrantForbidden, $"The caller does not have all that the role '{request.Roles[i]}' may do."));
        }
        for (var i = 0; i < request.Scopes.Count; i++)
        {
            if (!creator.Has(request.Scopes[i]))
                forbidden.Add(Violation($"scopes[{i}]", ErrorReason.ApiKeyGrantForbidden, $"The caller does not have the scope '{request.Scopes[i]}'."));
        }
        if (forbidden.Count > 0)
            throw ApiErrors.ApiKeyGrantForbidden(forbidden);

        // Null is everything.
        bool Lacks(IReadOnlySet<string>? given) => given is null ? creator.Scopes is not null : !given.All(creator.Has);
    }
}
