namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>The section <c>Security:ApiKeys</c> of the configuration: keys that the server gives out.</summary>
internal sealed record ApiKeyOptions
{
    /// <summary>Whether keys are taken. Default: no. The first is created by <c>admin create-key</c>, others by whoever has the scope.</summary>
    public bool Enabled { get; init; }
}
