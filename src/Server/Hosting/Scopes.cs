using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf.Reflection;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Server.Hosting;

/// <summary>The scopes that there are: those of the contract's methods, and of the little that no method serves.</summary>
internal static class Scopes
{
    /// <summary>To ask the server what it serves: gRPC reflection, which is a stream, OpenAPI documents and the page that shows them.</summary>
    public static readonly Access Documentation = new() { Scope = "administration:documentation:read", Cost = Cost.Stream };

    /// <summary>To read the page of metrics.</summary>
    public static readonly Access Metrics = new() { Scope = "administration:metrics:read", Cost = Cost.Read };

    /// <summary>To see how the server is set up, and how it does: the console's page of the system.</summary>
    public static readonly Access System = new() { Scope = "administration:system:read", Cost = Cost.Read };

    /// <summary>To work items, and to say what has become of them.</summary>
    public const string Work = "fulfillment:work:execute";

    /// <summary>What the scopes of administration begin with.</summary>
    public const string Administration = "administration:";

    // Every file that was compiled has a class with its descriptor, whose name ends so. To look at all of them takes time, which a start
    // does not have to spend.
    private static FrozenSet<string> Known => field ??= typeof(Access).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Select(method => method.GetOptions()?.GetExtension(AccessExtensions.Access)?.Scope)
        .OfType<string>()
        .Concat([Documentation.Scope, Metrics.Scope, System.Scope])
        .ToFrozenSet();

    public static IReadOnlySet<string> All => Known;

    /// <summary>All but those of administration: what a server may let anybody do.</summary>
    public static IReadOnlySet<string> OfWork => field ??= Known.Where(scope => !scope.StartsWith(Administration, StringComparison.Ordinal)).ToFrozenSet();

    /// <summary>What is wrong with a list of scopes, or null.</summary>
    public static string? Problem(IEnumerable<string> scopes) => scopes.FirstOrDefault(scope => !Known.Contains(scope)) is { } unknown
        ? $"'{unknown}' is no scope. Allowed: {Allowed(unknown)}."
        : null;

    /// <summary>Those of the API that a scope begins with; where there is no such API, all.</summary>
    private static string Allowed(string unknown)
    {
        var api = unknown.Split(':')[0] + ':';
        return string.Join(", ", Known
            .Where(scope => scope.StartsWith(api, StringComparison.Ordinal) || !Known.Any(other => other.StartsWith(api, StringComparison.Ordinal)))
            .GroupBy(scope => scope[..(scope.LastIndexOf(':') + 1)], scope => scope[(scope.LastIndexOf(':') + 1)..])
            .OrderBy(resource => resource.Key, StringComparer.Ordinal)
            .Select(resource => resource.Key + string.Join('|', resource.Order(StringComparer.Ordinal))));
    }
}
