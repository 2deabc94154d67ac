using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub list</summary>
internal sealed class HubListCommand : ClientCommand
{
    private readonly Option<string> _api = HubArguments.Api("Only subscriptions of this API. Default: of all.");
    private readonly Option<bool> _watch = ListWatch<EventSubscription>.CreateOption();

    public HubListCommand()
        : base("list", "List subscriptions and how their delivery goes, oldest first.")
    {
        Add(_api);
        Add(_watch);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering hub list",
        "service-ordering hub list --watch",
        """
        service-ordering hub list -o json | jq -r '.[] | select(.delivery.state == "suspended").id' |
            xargs -n 1 service-ordering hub resume
        """,
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_watch))
        {
            await new ListWatch<EventSubscription>(client, HubView.Columns, [], screen, end => ReadAsync(arguments, client, end)).RunAsync(cancellationToken);
        }

        await screen.WriteAsync(HubView.Columns, (await ReadAsync(arguments, client, cancellationToken)).Items.ToAsyncEnumerable());
        return ExitCode.Done;
    }

    private async Task<ListPage<EventSubscription>> ReadAsync(ParseResult arguments, ServiceOrderingClient client, CancellationToken cancellationToken)
    {
        const int LargestPage = 1000;
        var subscriptions = new List<EventSubscription>();
        var total = 1L;
        while (subscriptions.Count < total)
        {
            var request = new ListEventSubscriptionsRequest
            {
                Api = arguments.GetValue(_api) ?? "",
                Offset = subscriptions.Count,
                Limit = LargestPage,
            };
            var page = await client.EventSubscriptions.ListEventSubscriptionsAsync(request, cancellationToken: cancellationToken);
            subscriptions.AddRange(page.EventSubscriptions);
            total = page.EventSubscriptions.Count == 0 ? 0 : page.TotalCount;
        }

        return new ListPage<EventSubscription>(subscriptions, subscriptions.Count, "");
    }
}
