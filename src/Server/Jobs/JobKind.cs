using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Jobs;

/// <summary>What the table of jobs holds beside their text.</summary>
internal static class JobKind
{
    public static ResourceKind<Job> Create() => new(
        Name: "job",
        Table: "job",
        Route: "/fulfillment/v1/jobs",
        Columns:
        [
            new("state", "state", job => EnumNames.Json(job.State)),
            new("createdDate", "created_date", job => TmfDate.Text(job.CreatedDate)),
        ],
        DateColumn: "created_date",
        Id: job => job.Id,
        State: job => EnumNames.Json(job.State),
        NotFound: ApiErrors.JobNotFound,
        Changed: null);
}
