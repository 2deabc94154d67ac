using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf.Reflection;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Server.Security;

/// <summary>The scopes that there are: those of the contract's methods, and of the little that no method serves.</summary>
internal static class Scopes
{
    /// <summary>To ask the server what it serves: gRPC reflection, interactive documentation.</summary>
    public const string Documentation = "administration:documentation:read";

    private const string Administration = "administration:";

    // Every file that was compiled has a class with its descriptor, whose name ends so.
    private static readonly FrozenSet<string> Known = typeof(Access).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Select(method => method.GetOptions()?.GetExtension(AccessExtensions.Access)?.Scope)
        .OfType<string>()
        .Append(Documentation)
        .ToFrozenSet();

    public static IReadOnlySet<string> All => Known;

    /// <summary>All but those of administration: what a server may let anybody do.</summary>
    public static IReadOnlySet<string> OfWork { get; } = Known.Where(scope => !scope.StartsWith(Administration, StringComparison.Ordinal)).ToFrozenSet();

    /// <summary>What is wrong with a list of scopes, or null.</summary>
    public static string? Problem(IEnumerable<string> scopes) => scopes.FirstOrDefault(scope => !Known.Contains(scope)) is { } unknown
        ? $"'{unknown}' is no scope. Allowed: {string.Join(", ", Known.Order(StringComparer.Ordinal))}."
        : null;
}
