using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services list</summary>
internal sealed class ServicesListCommand : ClientCommand
{
    private readonly ListOptions _options = new("services", "state=active&relatedParty.partyOrPartyRole.id=456", "-startDate,name");

    public ServicesListCommand()
        : base("list", "List services, newest first.")
    {
        _options.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services list --filter 'serviceType=Cloud&state=active' --limit 20",
        "service-ordering services list --filter supportingService.id=gpon-access-6490 --sort name",
        "service-ordering services list --all -o json --fields state | jq -r '.[].state' | sort | uniq -c",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ListServicesRequest
        {
            Filter = _options.Filter(arguments),
            Sort = _options.Sort(arguments),
            Fields = _options.Fields(arguments),
            Offset = _options.Offset(arguments),
        };
        if (_options.All(arguments))
        {
            await ServiceView.WriteAsync(screen, client.Services.ReadAllServicesAsync(request, cancellationToken));
            return ExitCode.Done;
        }

        if (_options.Limit(arguments) is { } limit)
        {
            request.Limit = limit;
        }

        var page = await client.Services.ListServicesAsync(request, cancellationToken: cancellationToken);
        await ServiceView.WriteAsync(screen, page.Services.ToAsyncEnumerable());
        if (!screen.IsJson && page.Services.Count < page.TotalCount)
        {
            screen.WriteLine($"{page.Services.Count} of {page.TotalCount} services; --offset shows others, --all shows all.");
        }

        return ExitCode.Done;
    }
}
