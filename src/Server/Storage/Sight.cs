namespace ServiceOrdering.Server.Storage;

/// <summary>
/// How much somebody sees of what there is. Whoever does not see everything sees what is meant for the outside; where it is bound to a
/// party, of that only what names the party. Every read is told it, and what writes keep is judged by it.
/// </summary>
internal sealed record Sight
{
    private const string AllText = "all";
    private const string OutsideText = "outside";
    private const string PartyText = "party:";

    private Sight(bool seesAll, string? party)
    {
        SeesAll = seesAll;
        Party = party;
    }

    /// <summary>The server itself, and whoever is bound to nothing.</summary>
    public static readonly Sight All = new(true, null);

    /// <summary>Whoever is bound to no party, and sees what customers may see.</summary>
    public static readonly Sight Outside = new(false, null);

    public bool SeesAll { get; }

    /// <summary>The party that all must name; null for none.</summary>
    public string? Party { get; }

    /// <summary>The text that it is kept as.</summary>
    public string Text => SeesAll ? AllText : Party is null ? OutsideText : PartyText + Party;

    public static Sight Of(string party) =>
        party.Length > 0 ? new Sight(false, party) : throw new ArgumentException("A party has an id.", nameof(party));

    /// <summary>Reads what <see cref="Text"/> was kept.</summary>
    public static Sight Parse(string text) =>
        text == AllText ? All
        : text == OutsideText ? Outside
        : text.StartsWith(PartyText, StringComparison.Ordinal) ? Of(text[PartyText.Length..])
        : throw new InvalidDataException($"'{text}' is no sight.");

    /// <summary>Whether it sees what names some parties.</summary>
    /// <param name="parties">The parties; null for what is not meant for the outside.</param>
    public bool Sees(IReadOnlyCollection<string>? parties) => SeesAll || (parties is not null && (Party is null || parties.Contains(Party)));
}
