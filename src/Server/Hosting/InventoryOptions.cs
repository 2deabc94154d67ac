using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hosting;

/// <summary>The section <c>Inventory</c> of the configuration: what of the services is for whom.</summary>
internal sealed record InventoryOptions : ISettings
{
    private const string All = "all";
    private const string CustomerFacing = "customer-facing";

    /// <summary>
    /// What is shown of the inventory to who reads it from outside: <c>all</c> (default), or the <c>customer-facing</c> services alone. From
    /// inside read those who have the scope <c>fulfillment:work:execute</c> or one of administration; nobody who has not said who it is.
    /// </summary>
    public string Expose { get; init; } = All;

    /// <summary>Whether somebody who is bound to no party reads from outside.</summary>
    public bool IsOutside(Identity identity) => Expose == CustomerFacing
        && (identity.Scopes is { } scopes ? !scopes.Contains(Scopes.Work) && !scopes.Any(scope => scope.StartsWith(Scopes.Administration, StringComparison.Ordinal)) : ReferenceEquals(identity, Identity.Anybody));

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Expose is not (All or CustomerFacing))
            yield return $"Inventory:Expose is not known. Allowed: {All}, {CustomerFacing}.";
    }
}
