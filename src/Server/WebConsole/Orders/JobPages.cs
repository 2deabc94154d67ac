using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>What a job would be about, before it is started.</summary>
/// <param name="Operation">One of <see cref="JobPages.Offered"/>.</param>
/// <param name="Filter">Which orders.</param>
/// <param name="Total">How many they are now.</param>
/// <param name="RequestId">Names the start: a form that is sent twice starts one job.</param>
internal sealed record PlannedJob(string Operation, string Filter, long Total, string RequestId);

/// <summary>A page of the list of jobs.</summary>
internal sealed record JobList(ListJobsResponse Page, int Offset);

/// <summary>Jobs: begun from the list of orders, after a look at how many orders they are about, and followed to their end.</summary>
internal static class JobPages
{
    public const int PageSize = 50;

    private const string All = "*";
    private const int LongestNote = 4000;

    /// <summary>What is offered for orders, by the name that forms have for it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Offered = new Dictionary<string, string> { ["hold"] = "Hold", ["resume"] = "Resume", ["cancel"] = "Cancel" };

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/jobs", Methods.ListJobs, ListAsync);
        console.MapPage("/jobs/new", Methods.CreateJob, PlanAsync);
        console.MapAction("/jobs", Methods.CreateJob, BeginAsync);
        console.MapPage("/jobs/{id}", Methods.GetJob, ShowAsync);
        console.MapAction("/jobs/{id}/cancel", Methods.CancelJob, CancelAsync);
    }

    /// <summary>What a job does, in words.</summary>
    public static string Title(JobOperation operation) => operation switch
    {
        JobOperation.HoldOrders => "Hold orders",
        JobOperation.ResumeOrders => "Resume orders",
        JobOperation.CancelOrders => "Cancel orders",
        JobOperation.RetryFallout => "Retry fallout",
        JobOperation.FailFallout => "Fail fallout",
        _ => operation.ToString(),
    };

    private static async Task<IResult> ListAsync(Visit visit)
    {
        return visit.Show<JobsPage>(new JobList(await visit.Jobs.ListJobsAsync(new ListJobsRequest { Filter = visit.Query("filter"), Offset = visit.Offset, Limit = PageSize }), visit.Offset));
    }

    private static async Task<IResult> PlanAsync(Visit visit)
    {
        var (operation, filter) = (visit.Query("operation"), visit.Query("filter"));
        var plan = await visit.Jobs.CreateJobAsync(new CreateJobRequest { Operation = Operation(operation), Filter = filter.Length > 0 ? filter : All, DryRun = true });
        return visit.Show<NewJobPage>(new PlannedJob(operation, filter, plan.Job.Total, Guid.NewGuid().ToString()));
    }

    private static async Task<IResult> BeginAsync(Visit visit, IFormCollection form)
    {
        var (filter, note) = (form["filter"].ToString().Trim(), form["note"].ToString().Trim());
        var begun = await visit.Jobs.CreateJobAsync(new CreateJobRequest
        {
            Operation = Operation(form["operation"].ToString()),
            Filter = filter.Length > 0 ? filter : All,
            Note = note[..Math.Min(note.Length, LongestNote)],
            RequestId = form["request"].ToString(),
        });
        return visit.Done("/jobs/" + Uri.EscapeDataString(begun.Job.Id), Notices.JobBegun);
    }

    private static async Task<IResult> ShowAsync(Visit visit) =>
        visit.Show<JobPage>((await visit.Jobs.GetJobAsync(new GetJobRequest { Id = visit.Id })).Job);

    private static async Task<IResult> CancelAsync(Visit visit, IFormCollection form)
    {
        await visit.Jobs.CancelJobAsync(new CancelJobRequest { Id = visit.Id });
        return visit.Done("/jobs/" + Uri.EscapeDataString(visit.Id), Notices.JobCancelled);
    }

    private static JobOperation Operation(string name) => name switch
    {
        "hold" => JobOperation.HoldOrders,
        "resume" => JobOperation.ResumeOrders,
        "cancel" => JobOperation.CancelOrders,
        _ => throw ApiErrors.RequestInvalid([RequestFields.Violation("operation", ErrorReason.FieldInvalid, $"'{name}' is no operation on orders; allowed: {string.Join(", ", Offered.Keys)}.")]),
    };
}
