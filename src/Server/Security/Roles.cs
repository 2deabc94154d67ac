using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Security;

/// <summary>Names for bundles of scopes, so that a provider or a key says what somebody is rather than each thing they may do.</summary>
internal sealed class Roles(IOptions<SecurityOptions> options)
{
    /// <summary>May do everything.</summary>
    public const string Administrator = "administrator";

    private static readonly string[] Reads =
    [
        "service-ordering:service-order:read", "service-ordering:cancel-service-order:read", "service-ordering:events:read",
        "service-ordering:event-subscription:read", "service-inventory:service:read",
    ];

    private static readonly string[] WorkReads = ["fulfillment:work:read", "fulfillment:fallout:read", "fulfillment:job:read"];

    private static readonly string[] Subscribes =
    [
        "service-ordering:event-subscription:create", "service-ordering:event-subscription:update", "service-ordering:event-subscription:delete",
    ];

    private static readonly string[] Orders =
    [
        "service-ordering:service-order:create", "service-ordering:service-order:update", "service-ordering:cancel-service-order:create",
    ];

    private static readonly FrozenDictionary<string, string[]> BuiltIn = new Dictionary<string, string[]>
    {
        ["reader"] = [.. Reads, .. WorkReads],
        ["partner"] = [.. Reads, .. Subscribes, .. Orders],
        ["orchestrator"] =
        [
            .. Reads, .. WorkReads, .. Subscribes, .. Orders, "fulfillment:work:execute",
            "service-inventory:service:create", "service-inventory:service:update",
        ],
        ["order-desk"] =
        [
            .. Reads, .. WorkReads, .. Orders, "service-ordering:service-order:delete",
            "fulfillment:work:execute", "fulfillment:fallout:handle", "fulfillment:job:create", "fulfillment:job:update",
        ],
    }.ToFrozenDictionary();

    /// <summary>What somebody may do; null for everything. A role that nobody has defined gives nothing.</summary>
    public IReadOnlySet<string>? Scopes(IReadOnlyCollection<string> roles, IEnumerable<string> scopes)
    {
        if (roles.Contains(Administrator) && !options.Value.Roles.ContainsKey(Administrator))
            return null;
        return scopes.Concat(roles.SelectMany(Of)).ToFrozenSet();
    }

    /// <summary>Whether there is a role of this name.</summary>
    public bool Has(string role) => IsBuiltIn(role) || options.Value.Roles.ContainsKey(role);

    /// <summary>The names of all roles.</summary>
    public IEnumerable<string> Names => BuiltIn.Keys.Append(Administrator).Union(options.Value.Roles.Keys).Order(StringComparer.Ordinal);

    /// <summary>Whether there is a role of this name where nothing else is configured.</summary>
    public static bool IsBuiltIn(string role) => role == Administrator || BuiltIn.ContainsKey(role);

    private string[] Of(string role) => options.Value.Roles.GetValueOrDefault(role) ?? BuiltIn.GetValueOrDefault(role) ?? [];
}
