using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Events;

/// <summary>service-ordering events watch</summary>
internal sealed class EventsWatchCommand : ClientCommand
{
    private readonly Option<string> _query = new("--query", "-q")
    {
        Description = "Conditions on the events, in the grammar of TMF630. Default: none.",
        HelpName = "QUERY",
    };

    private readonly Option<string[]> _types = new("--type") { Description = "Type of the events; may be given several times. Default: all.", HelpName = "TYPE" };
    private readonly Option<string[]> _ids = new("--id") { Description = "Id of the order, the service or the request; may be given several times. Default: all.", HelpName = "ID" };
    private readonly Option<string> _from = new("--from") { Description = "Token to continue after. Default: what happens next.", HelpName = "TOKEN" };
    private readonly Option<bool> _fromStart = new("--from-start") { Description = "Show all events that the log has first." };
    private readonly Option<bool> _snapshot = new("--snapshot") { Description = "Show the orders, services and requests as they are first." };

    public EventsWatchCommand()
        : base("watch", "Show events as they happen, until Ctrl-C. A lost connection is opened again, and nothing is missed.")
    {
        _types.CompletionSources.Add([.. EventKinds.All]);
        Add(_query);
        Add(_types);
        Add(_ids);
        Add(_from);
        Add(_fromStart);
        Add(_snapshot);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering events watch --snapshot",
        "service-ordering events watch --type ServiceOrderStateChangeEvent -q event.serviceOrder.state=completed -o json | jq .event",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new WatchEventsRequest
        {
            Query = arguments.GetValue(_query) ?? "",
            EventTypes = { arguments.GetValue(_types) ?? [] },
            ResourceIds = { arguments.GetValue(_ids) ?? [] },
            ResumeToken = arguments.GetValue(_from) ?? "",
            FromStart = arguments.GetValue(_fromStart),
            IncludeSnapshot = arguments.GetValue(_snapshot),
        };
        var options = new EventWatcherOptions
        {
            Interrupted = failure => screen.Errors.WriteLine($"interrupted, coming back: {failure.Status.Detail}"),
        };
        var watcher = new EventWatcher(client.Events, request, options);
        try
        {
            await foreach (var message in watcher.WithCancellation(cancellationToken))
            {
                EventView.Write(screen, message);
            }

            return ExitCode.Done;
        }
        catch (ResumeTokenExpiredException expired)
        {
            screen.Errors.WriteLine($"error: {expired.Message} The oldest token is {expired.OldestToken}");
            return ExitCode.Refused;
        }
        finally
        {
            if (watcher.ResumeToken.Length > 0)
            {
                screen.Errors.WriteLine($"to continue: --from {watcher.ResumeToken}");
            }
        }
    }
}
