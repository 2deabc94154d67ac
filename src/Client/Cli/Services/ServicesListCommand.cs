using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services list</summary>
internal sealed class ServicesListCommand : ClientCommand
{
    private readonly Option<string> _filter = new("--filter")
    {
        Description = "Conditions, as the REST API's query string has them: state=active&relatedParty.partyOrPartyRole.id=456.",
        HelpName = "QUERY",
    };

    private readonly Option<string> _sort = new("--sort")
    {
        Description = "Attributes to sort by, commas between, - in front for descending: -startDate,name. Default: newest first.",
        HelpName = "NAMES",
    };

    private readonly Option<int?> _offset = NumberOption.Create("--offset", "How many services to skip.");
    private readonly Option<int?> _limit = NumberOption.Create("--limit", "How many services to show at most, up to 1000. Default: 100.");
    private readonly Option<bool> _all = new("--all") { Description = "Show all services, page after page." };
    private readonly Option<string> _fields = FieldsOption.Create();

    public ServicesListCommand()
        : base("list", "List services, newest first.")
    {
        Add(_filter);
        Add(_sort);
        Add(_offset);
        Add(_limit);
        Add(_all);
        Add(_fields);
        Validators.Add(result =>
        {
            if (result.GetValue(_all) && (result.GetValue(_limit) is not null || result.GetValue(_offset) is not null))
            {
                result.AddError("--all goes neither with --limit nor with --offset.");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services list --filter 'serviceType=Cloud&state=active' --limit 20",
        "service-ordering services list --all -o json --fields state | jq -r '.[].state' | sort | uniq -c",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ListServicesRequest
        {
            Filter = arguments.GetValue(_filter) ?? "",
            Sort = arguments.GetValue(_sort) ?? "",
            Offset = arguments.GetValue(_offset) ?? 0,
            Fields = arguments.GetValue(_fields) ?? "",
        };
        if (arguments.GetValue(_all))
        {
            await ServiceView.WriteAsync(screen, client.Services.ReadAllServicesAsync(request, cancellationToken));
            return ExitCode.Done;
        }

        if (arguments.GetValue(_limit) is { } limit)
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
