using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Resources;

/// <summary>What those see of a kind of resource who do not see everything; see <see cref="Sight"/>.</summary>
/// <param name="Parties">
/// The parties that a resource names; null for one that is not meant for the outside. The function is null where the resources name
/// none themselves: then what is written needs none.
/// </param>
/// <param name="OfParty">SQL that holds for what the party <c>@party</c> sees.</param>
/// <param name="OfOutside">SQL that holds for what is meant for the outside; null where that is everything.</param>
internal sealed record Visibility<T>(Func<T, IReadOnlyCollection<string>?>? Parties, string OfParty, string? OfOutside = null)
{
    private const string Field = "related_party";

    /// <summary>For whoever is bound to no party.</summary>
    public static readonly Visibility<T> NoParty = new(_ => [], "1 = 0");

    /// <summary>What is missing in a resource for somebody to write it: its own party. By the name of the resource's field.</summary>
    public IEnumerable<FieldViolation> Missing(T resource, Sight sight) =>
        sight.Party is { } party && Parties is { } parties && !sight.Sees(parties(resource))
            ? [RequestFields.Violation(Field, ErrorReason.PartyMissing, $"The caller is bound to the party '{party}': what it writes must name it as a related party.")]
            : [];
}
