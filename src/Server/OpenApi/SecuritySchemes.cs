using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>How callers say who they are, and the scope that each operation asks for.</summary>
internal sealed class SecuritySchemes(OpenApiDocument document)
{
    private static readonly (string Name, OpenApiSecurityScheme Scheme)[] All =
    [
        ("bearer", new()
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "A token of the configured OAuth 2.0 or OpenID Connect provider, by client credentials: its scopes say what the caller may do.",
        }),
        ("apiKey", new()
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-API-Key",
            Description = "A key that an administrator has given the caller, with its scopes.",
        }),
        ("clientCertificate", new()
        {
            Type = SecuritySchemeType.MutualTLS,
            Description = "A certificate of a configured authority, whose subject is mapped to scopes.",
        }),
    ];

    /// <summary>What a caller of the method needs, by any of the schemes.</summary>
    public List<OpenApiSecurityRequirement> Of(MethodDescriptor method)
    {
        var access = method.GetOptions()?.GetExtension(AccessExtensions.Access);
        return [.. All.Select(scheme => new OpenApiSecurityRequirement { [Reference(scheme.Name, scheme.Scheme)] = access is null ? [] : [access.Scope] })];
    }

    private OpenApiSecuritySchemeReference Reference(string name, OpenApiSecurityScheme scheme)
    {
        if (document.Components?.SecuritySchemes?.ContainsKey(name) != true)
            document.AddComponent<IOpenApiSecurityScheme>(name, scheme);
        return new OpenApiSecuritySchemeReference(name, document);
    }
}
