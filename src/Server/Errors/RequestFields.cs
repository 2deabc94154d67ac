using Google.Protobuf;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Errors;

/// <summary>The checks that every request passes, whatever it is about.</summary>
internal static class RequestFields
{
    /// <summary>Brings a request to the form that it has over REST, and finds what is missing in it or has no such form.</summary>
    /// <param name="request">The request, or a resource that a request has changed.</param>
    /// <param name="before">The resource before the change: fields that cannot be set at creation stay, and what was incomplete may stay so.</param>
    public static List<FieldViolation> Check(IMessage request, IMessage? before = null)
    {
        var violations = CanonicalForm.Apply(request, isCreation: before is null).Select(problem => Violation(problem.Path, ErrorReason.FieldInvalid, problem.Message)).ToList();
        violations.InsertRange(0, RequiredFields.Missing(request, before).Select(field => Violation(field, ErrorReason.FieldMissing, "Is required.")));
        return violations;
    }

    /// <summary>Finds texts that cannot be stored everywhere.</summary>
    public static IReadOnlyList<FieldViolation> CheckTexts(IMessage message) =>
        [.. NullCharacters.Find(message).Select(path => Violation(path, ErrorReason.FieldInvalid, "Contains the character U+0000, which no text may have."))];

    public static FieldViolation Violation(string field, ErrorReason reason, string description) =>
        new() { Field = field, Reason = ErrorTable.NameOf(reason), Description = description };
}
