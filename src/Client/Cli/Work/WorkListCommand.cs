using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Work;

/// <summary>service-ordering work list</summary>
internal sealed class WorkListCommand : ClientCommand
{
    private const int DefaultLimit = 100;
    private const int LargestPage = 1000;

    private readonly Option<string[]> _states = new Option<string[]>("--state")
    {
        Description = "Where the items stand; may be given several times. Default: everywhere.",
    }.AcceptOnlyFromAmong("blocked", "waiting", "delayed", "leased");

    private readonly Option<string> _order = new("--order") { Description = "Id of their order. Default: of any.", HelpName = "ID" };
    private readonly Option<int?> _limit = NumberOption.Create("--limit", $"How many items to show at most. Default: {DefaultLimit}.");
    private readonly Option<bool> _watch = ListWatch<WorkItem>.CreateOption();

    public WorkListCommand()
        : base("list", "List items that are not finished, those of the longest waiting orders first.")
    {
        Add(_states);
        Add(_order);
        Add(_limit);
        Add(_watch);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering work list --state waiting --state delayed",
        "service-ordering work list --watch",
        "service-ordering work list --order 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -o table",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_watch))
        {
            await new ListWatch<WorkItem>(client, WorkView.Columns, [], screen, end => ReadAsync(arguments, client, end)).RunAsync(cancellationToken);
        }

        var page = await ReadAsync(arguments, client, cancellationToken);
        await screen.WriteAsync(WorkView.Columns, page.Items.ToAsyncEnumerable());
        if (screen.IsTable && page.Items.Count < page.Total)
        {
            screen.WriteLine(page.Remark);
        }

        return ExitCode.Done;
    }

    private async Task<ListPage<WorkItem>> ReadAsync(ParseResult arguments, ServiceOrderingClient client, CancellationToken cancellationToken)
    {
        var limit = arguments.GetValue(_limit) ?? DefaultLimit;
        var request = new ListWorkItemsRequest
        {
            States = { (arguments.GetValue(_states) ?? []).Select(state => Enum.Parse<WorkItemState>(state, ignoreCase: true)) },
            ServiceOrderId = arguments.GetValue(_order) ?? "",
        };
        var items = new List<WorkItem>();
        do
        {
            request.Limit = Math.Min(limit - items.Count, LargestPage);
            var page = await client.Fulfillment.ListWorkItemsAsync(request, cancellationToken: cancellationToken);
            items.AddRange(page.WorkItems);
            request.PageToken = page.NextPageToken;
        }
        while (items.Count < limit && request.PageToken.Length > 0);

        return new ListPage<WorkItem>(items, request.PageToken.Length > 0 ? long.MaxValue : items.Count, "There are more; --limit shows them.");
    }
}
