using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.WebConsole.Fallout;

/// <summary>What is done to many items that fell out: those whose rows are checked, or all that the list is of. Retrying and failing are jobs.</summary>
internal static class FalloutBulk
{
    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapAction("/fallout/jobs", Methods.CreateJob, BeginAsync);
        console.MapAction("/fallout/assign", Methods.AssignFallout, AssignAsync);
    }

    private static async Task<IResult> BeginAsync(Visit visit, IFormCollection form)
    {
        var operation = form["operation"].ToString() switch
        {
            "retry" => JobOperation.RetryFallout,
            "fail" => JobOperation.FailFallout,
            _ => throw ApiErrors.RequestInvalid([RequestFields.Violation("operation", ErrorReason.FieldInvalid, "Allowed: retry, fail.")]),
        };
        var filter = form["all"].Count > 0 ? form["filter"].ToString() : $"id={string.Join(',', Checked(form))}";
        await visit.Jobs.CreateJobAsync(new CreateJobRequest { Operation = operation, Filter = filter.Length > 0 ? filter : "*", Note = FalloutPages.Text(form, "note") });
        return visit.Done(null, Notices.JobBegun);
    }

    private static async Task<IResult> AssignAsync(Visit visit, IFormCollection form)
    {
        var (assignee, note) = (FalloutPages.Text(form, "assignee"), FalloutPages.Text(form, "note"));
        foreach (var id in Checked(form))
            await visit.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = id, Assignee = assignee, Note = note });
        return visit.Done(null, Notices.FalloutAssigned);
    }

    /// <summary>The rows that are checked, of one page at most.</summary>
    private static List<string> Checked(IFormCollection form)
    {
        var ids = form["id"].OfType<string>().Where(id => Guid.TryParse(id, out _)).Distinct().ToList();
        return ids.Count is > 0 and <= FalloutPages.PageSize ? ids : throw ApiErrors.RequestInvalid([RequestFields.Violation("id", ErrorReason.FieldMissing, $"Check the rows that it is to be done to: 1 to {FalloutPages.PageSize}.")]);
    }
}
