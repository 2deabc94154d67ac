using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Jobs;

/// <summary>What a request about jobs must be. Pure.</summary>
internal static class JobRequests
{
    private const int DefaultFailures = 100;
    private const int MostFailures = 1_000_000;

    /// <summary>The job that is asked for, but for who asks and when.</summary>
    public static (Job Job, RequestId? RequestId) Check(CreateJobRequest request, UnknownAttributes unknown)
    {
        // To be taken before the fields are brought to their form: it is what was sent that is named.
        var named = request.Clone();
        named.RequestId = "";
        var violations = FalloutRequests.Violations(request, request.Actor, request.Note);
        if (request.Operation != JobOperation.Unspecified && !Enum.IsDefined(request.Operation))
            violations.Add(Violation("operation", ErrorReason.FieldInvalid, $"'operation' is {(int)request.Operation}, which is none."));
        else if (request.Operation != JobOperation.Unspecified)
            QueryErrors.Catch("filter", violations, Filter.All, () => JobTargets.FilterOf(request.Operation, request.Filter, unknown));
        if (request.ServiceCharacteristic.Count > 0 && request.Operation != JobOperation.RetryFallout)
            violations.Add(Violation("service_characteristic", ErrorReason.FieldInvalid, "Only items that are retried are given characteristics."));
        var failures = request.HasMaxFailures ? request.MaxFailures : DefaultFailures;
        if (failures is < 0 or > MostFailures)
            violations.Add(Violation("max_failures", ErrorReason.FieldInvalid, $"'maxFailures' is {failures}; allowed is 0 to {MostFailures}."));
        var requestId = RequestId.Of(request.RequestId, named, violations);
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
        return (new Job
        {
            Operation = request.Operation,
            Filter = request.Filter,
            Note = request.Note,
            ServiceCharacteristic = { request.ServiceCharacteristic },
            MaxFailures = failures,
        }, requestId);
    }

    public static ResourceQuery Check(ListJobsRequest request, Sight sight, UnknownAttributes unknown) => ResourceQuery.Check(
        sight, ResourceSchema.For(Job.Descriptor), unknown, request.Filter, request.Sort, request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);
}
