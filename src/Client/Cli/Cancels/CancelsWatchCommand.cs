using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Cancels;

/// <summary>service-ordering cancels watch ID</summary>
internal sealed class CancelsWatchCommand : ClientCommand
{
    private readonly Argument<string> _id = CancelView.IdArgument();

    public CancelsWatchCommand()
        : base("watch", $"Show a line for each change of a request, until it was decided. Exit code {ExitCode.Refused} where the order was not cancelled.") => Add(_id);

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering cancels watch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering orders cancel 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -o json | jq -r .id | xargs service-ordering cancels watch",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var id = arguments.GetRequiredValue(_id);
        // One that is not there is refused; a watch would wait for it.
        await client.CancelServiceOrders.GetCancelServiceOrderAsync(new GetCancelServiceOrderRequest { Id = id, Fields = "state" }, cancellationToken: cancellationToken);
        var isData = screen.IsChosen && !screen.IsTable;
        var last = await WatchAsync(
            client, id, screen,
            (message, cancel) =>
            {
                if (isData)
                {
                    screen.WriteMessage(message);
                }
                else if (cancel is not null)
                {
                    var what = cancel.HasCompletionMessage ? cancel.CompletionMessage : cancel.ErrorMessage?.Message ?? "";
                    screen.WriteLine($"{(message.Event?.EventTime is { } time ? time.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'") : "now"),-26}{Tables.Word(cancel.State),-21}{what}".TrimEnd());
                }
            },
            cancellationToken);
        return CancelView.ExitCodeOf(last);
    }

    /// <summary>Follows a request until it was decided.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="id">The request.</param>
    /// <param name="screen">Is told of interruptions.</param>
    /// <param name="tell">Gets each message, and the request where the message has it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What has become of it.</returns>
    public static async Task<CancelServiceOrder> WatchAsync(
        ServiceOrderingClient client, string id, Screen screen, Action<WatchEventsResponse, CancelServiceOrder?> tell, CancellationToken cancellationToken)
    {
        var options = new EventWatcherOptions
        {
            Interrupted = failure => screen.Errors.WriteLine($"interrupted, coming back: {failure.Status.Detail}"),
        };
        await foreach (var message in new EventWatcher(client.Events, new WatchEventsRequest { ResourceIds = { id }, IncludeSnapshot = true }, options).WithCancellation(cancellationToken))
        {
            var cancel = message.Resource?.CancelServiceOrder;
            tell(message, cancel);
            if (cancel is { State: TaskState.Done or TaskState.TerminatedWithError })
            {
                return cancel;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }
}
