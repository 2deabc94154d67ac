using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Cli.Cancels;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders cancel ID</summary>
internal sealed class OrdersCancelCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the order." };
    private readonly Option<string> _reason = new("--reason") { Description = "Why, for people.", HelpName = "TEXT" };
    private readonly Option<Timestamp?> _at = DateOption.Create("--at", "Not before this: 2026-01-15T08:00:00Z. Default: at once.");
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until it was decided: those who work on the order are asked." };

    public OrdersCancelCommand()
        : base("cancel", $"Ask for an order to be cancelled, and show the request. Exit code {ExitCode.Refused} where it is known that the order is not cancelled.")
    {
        Add(_id);
        Add(_reason);
        Add(_at);
        Add(_wait);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders cancel 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 --reason 'moved away' --wait",
        "service-ordering orders cancel 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 --at 2026-01-15T08:00:00+01:00",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var cancel = new CancelServiceOrder
        {
            ServiceOrder = new ServiceOrderRef { Id = arguments.GetRequiredValue(_id) },
            RequestedCancellationDate = arguments.GetValue(_at),
        };
        if (arguments.GetValue(_reason) is { } reason)
        {
            cancel.CancellationReason = reason;
        }

        var request = new CreateCancelServiceOrderRequest { CancelServiceOrder = cancel };
        cancel = (await client.CancelServiceOrders.CreateCancelServiceOrderAsync(request, cancellationToken: cancellationToken)).CancelServiceOrder;
        if (arguments.GetValue(_wait))
        {
            await CancelsWatchCommand.WatchAsync(client, cancel.Id, screen, (_, _) => { }, cancellationToken);
            cancel = (await client.CancelServiceOrders.GetCancelServiceOrderAsync(new GetCancelServiceOrderRequest { Id = cancel.Id }, cancellationToken: cancellationToken)).CancelServiceOrder;
        }

        CancelView.Write(screen, cancel);
        return CancelView.ExitCodeOf(cancel);
    }
}
