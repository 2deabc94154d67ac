using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>
/// Why an operation may be refused: what the comment on its method says in a sentence that begins with "Fails", and what befalls every
/// request of its kind.
/// </summary>
internal sealed partial class Reasons(Comments comments)
{
    private static readonly Dictionary<string, ErrorReason> Known = Enum.GetValues<ErrorReason>()
        .Where(reason => reason != ErrorReason.Unspecified)
        .ToDictionary(ErrorTable.NameOf);

    public IReadOnlyList<ErrorReason> Of(MethodDescriptor method, HttpRoute route)
    {
        var reasons = new SortedSet<ErrorReason>(Told(method)) { ErrorReason.RequestInvalid, ErrorReason.ServerUnavailable, ErrorReason.Internal };
        if (method.GetOptions()?.GetExtension(AccessExtensions.Access) is { } access)
        {
            reasons.UnionWith([ErrorReason.CredentialsMissing, ErrorReason.CredentialsInvalid, ErrorReason.CredentialsExpired, ErrorReason.ScopeMissing, ErrorReason.RateLimited]);
            if (!access.ForParties)
                reasons.Add(ErrorReason.PartyNotAllowed);
        }
        if (route.TakesBody)
            reasons.UnionWith([ErrorReason.BodyMalformed, ErrorReason.MediaTypeNotSupported, ErrorReason.RequestTooLarge]);
        if (route.NeedsBody)
            reasons.Add(ErrorReason.BodyMissing);
        if (route.Page is not null)
            reasons.Add(ErrorReason.RangeNotSatisfiable);
        return [.. reasons];
    }

    private IEnumerable<ErrorReason> Told(MethodDescriptor method)
    {
        foreach (var paragraph in comments.Of(method).Split("\n\n").Where(paragraph => paragraph.StartsWith("Fails ", StringComparison.Ordinal)))
        {
            if (Like().Match(paragraph) is { Success: true } like && method.Service.FindMethodByName(like.Groups["method"].Value) is { } other)
            {
                foreach (var reason in Told(other))
                    yield return reason;
            }
            // What stands in violations is told under the reason of the whole.
            foreach (Match name in Name().Matches(Violations().Replace(paragraph, "")))
            {
                if (Known.TryGetValue(name.Value, out var reason))
                    yield return reason;
            }
        }
    }

    [GeneratedRegex(@"^Fails as (?<method>\w+) does")]
    private static partial Regex Like();

    [GeneratedRegex(@"\bits violations(?: also)?:[^).;]*")]
    private static partial Regex Violations();

    [GeneratedRegex("[A-Z][A-Z_]+[A-Z]")]
    private static partial Regex Name();
}
