using Google.Protobuf;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What a request about items that fell out must be. Pure.</summary>
internal static class FalloutRequests
{
    private const int LongestName = 255;
    private const int LongestNote = 4000;

    public static ResourceQuery Check(ListFalloutItemsRequest request, Sight sight, UnknownAttributes unknown) => ResourceQuery.Check(
        sight, ResourceSchema.For(FalloutItem.Descriptor), unknown, request.Filter, request.Sort, request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);

    public static void Check(RetryFalloutItemRequest request) => Check(request, request.Actor, request.Note);

    public static void Check(CompleteFalloutItemRequest request) => Check(request, request.Actor, request.Note);

    public static void Check(FailFalloutItemRequest request) => Check(request, request.Actor, request.Note);

    public static void Check(AssignFalloutItemRequest request)
    {
        var violations = Violations(request, request.Actor, request.Note);
        if (request.Assignee.Length > LongestName)
            violations.Add(TooLong("assignee", LongestName));
        if (!request.HasAssignee && request.Note.Length == 0)
            violations.Add(Violation("assignee", ErrorReason.FieldMissing, "An assignee, a note, or both are required."));
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
    }

    /// <summary>The problems of a request that somebody makes, and says something about.</summary>
    public static List<FieldViolation> Violations(IMessage request, string actor, string note)
    {
        var violations = RequestFields.Check(request);
        if (actor.Length > LongestName)
            violations.Add(TooLong("actor", LongestName));
        if (note.Length > LongestNote)
            violations.Add(TooLong("note", LongestNote));
        return violations;
    }

    private static void Check(IMessage request, string actor, string note)
    {
        var violations = Violations(request, actor, note);
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
    }

    private static FieldViolation TooLong(string field, int longest) => Violation(field, ErrorReason.FieldInvalid, $"'{field}' has at most {longest} characters.");
}
