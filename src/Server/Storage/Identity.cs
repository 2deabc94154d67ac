namespace ServiceOrdering.Server.Storage;

/// <summary>Who calls, and what they may do.</summary>
/// <param name="Name">The name that changes are told under; empty where nobody has said who calls.</param>
/// <param name="Scopes">What the caller may do; null for everything.</param>
/// <param name="Party">The party that the caller is bound to: it sees and touches only what names that party. Null for none.</param>
internal sealed record Identity(string Name, IReadOnlySet<string>? Scopes = null, string? Party = null)
{
    /// <summary>Whether somebody who is bound to no party sees no more than what is meant for the outside.</summary>
    public bool IsOutside { get; init; }

    /// <summary>How long its credentials are good; null where they do not end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How much the caller sees.</summary>
    public Sight Sight => Party is not null ? Sight.Of(Party) : IsOutside ? Sight.Outside : Sight.All;

    /// <summary>Whoever calls a server that asks nobody who they are.</summary>
    public static readonly Identity Anybody = new("");

    /// <summary>The server itself: retention, deliveries.</summary>
    public static readonly Identity Server = new("server");

    public bool Has(string scope) => Scopes?.Contains(scope) ?? true;
}
