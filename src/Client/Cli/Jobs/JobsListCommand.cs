using Google.Protobuf.Reflection;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>service-ordering jobs list</summary>
internal sealed class JobsListCommand()
    : ListCommand<Job>("List jobs, newest first.", "jobs", new ListOptions("jobs", "state=running", "-failed", hasFields: false, states: JobReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobState")), JobView.Columns)
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering jobs list --filter state=running --watch",
        "service-ordering jobs list --filter state=running",
        "service-ordering jobs list --limit 10 -o table",
    ];

    protected override IAsyncEnumerable<Job> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken) =>
        client.Jobs.ReadAllJobsAsync(Request(query), cancellationToken);

    protected override async Task<(IReadOnlyCollection<Job> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken)
    {
        var request = Request(query);
        if (limit is { } most)
        {
            request.Limit = most;
        }

        var page = await client.Jobs.ListJobsAsync(request, cancellationToken: cancellationToken);
        return (page.Jobs, page.TotalCount);
    }

    private static ListJobsRequest Request(ListQuery query) => new()
    {
        Filter = query.Filter,
        Sort = query.Sort,
        Offset = query.Offset,
    };
}
