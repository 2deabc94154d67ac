using System.CommandLine;
using Google.Protobuf;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>service-ordering export …</summary>
internal sealed class ExportCommand : Command
{
    public ExportCommand()
        : base("export", "Write all orders or services as lines of JSON, for \"import\" and other programs.")
    {
        Add(new ExportOrdersCommand());
        Add(new ExportServicesCommand());
    }
}

/// <summary>One page of what is exported.</summary>
internal sealed record ExportPage(IReadOnlyCollection<IMessage> Resources, long? Total, string NextToken);

/// <summary>A command that writes all resources of a kind, page after page, each as soon as it is there.</summary>
internal abstract class ExportKindCommand : ClientCommand
{
    protected const int PageSize = 500;

    private readonly Option<string> _filter;
    private readonly Option<string> _file = new("--out-file", "-O")
    {
        Description = "Where to; - is the output. A file appears when it is complete; an export that was broken off goes on where it was. Default: -.",
        HelpName = "FILE",
    };

    protected ExportKindCommand(string kind)
        : base(kind, $"Write all {kind}, newest first: a line of JSON for each, as the REST API has it.")
    {
        _filter = new Option<string>("--filter") { Description = $"Which {kind}, as in \"{kind} list\". Default: all.", HelpName = "QUERY" };
        Add(_filter);
        Add(_file);
    }

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var filter = arguments.GetValue(_filter) ?? "";
        var path = arguments.GetValue(_file) ?? "-";
        var progress = new ProgressLine(screen, Name);
        await using var file = ExportFile.Open(screen, path, new ExportState(client.Address.ToString(), Name, filter, "", 0, 0, 0));
        var before = file.State.Count;
        if (before > 0)
        {
            progress.WriteLine($"going on after {before} {Name} that are in {ExportFile.Partial(path)}");
        }

        try
        {
            Show();
            var reading = NextAsync(file.State.Token);
            while (reading is not null)
            {
                var page = await reading;
                // The server reads the next one while this one is written.
                reading = page.NextToken.Length > 0 ? NextAsync(page.NextToken) : null;
                foreach (var resource in page.Resources)
                {
                    file.Add(resource);
                }

                await file.CommitAsync(page.NextToken, page.Resources.Count, page.Total);
                Show();
            }
        }
        finally
        {
            progress.Clear();
        }

        await file.CompleteAsync();
        var count = file.State.Count - before;
        progress.WriteLine($"exported {file.State.Count} {Name}{(before > 0 ? $", {count} of them now" : "")}, in {Tables.Duration(progress.Elapsed)} ({ProgressLine.Rate(count, progress.Elapsed)})");
        return ExitCode.Done;

        void Show() => progress.Show(file.State.Count - before, file.State.Total > 0 ? (double)file.State.Count / file.State.Total : null);

        Task<ExportPage> NextAsync(string token) => Patience.CallAsync(
            () => ReadAsync(client, filter, token, cancellationToken), why => progress.WriteLine($"interrupted, coming back: {why}"), cancellationToken);
    }

    protected abstract Task<ExportPage> ReadAsync(ServiceOrderingClient client, string filter, string token, CancellationToken cancellationToken);
}

/// <summary>service-ordering export orders</summary>
internal sealed class ExportOrdersCommand() : ExportKindCommand("orders")
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering export orders -O orders.ndjson",
        "service-ordering export orders --filter state=completed | gzip > completed.ndjson.gz",
    ];

    protected override async Task<ExportPage> ReadAsync(ServiceOrderingClient client, string filter, string token, CancellationToken cancellationToken)
    {
        var request = new ListServiceOrdersRequest { Filter = filter, PageToken = token, Limit = PageSize };
        var page = await client.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: cancellationToken);
        return new ExportPage(page.ServiceOrders, page.HasTotalCount ? page.TotalCount : null, page.NextPageToken);
    }
}

/// <summary>service-ordering export services</summary>
internal sealed class ExportServicesCommand() : ExportKindCommand("services")
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering export services -O services.ndjson",
        "service-ordering export services --filter state=active | jq -r .name",
    ];

    protected override async Task<ExportPage> ReadAsync(ServiceOrderingClient client, string filter, string token, CancellationToken cancellationToken)
    {
        var request = new ListServicesRequest { Filter = filter, PageToken = token, Limit = PageSize };
        var page = await client.Services.ListServicesAsync(request, cancellationToken: cancellationToken);
        return new ExportPage(page.Services, page.HasTotalCount ? page.TotalCount : null, page.NextPageToken);
    }
}
