using System.CommandLine;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders …</summary>
internal sealed class OrdersCommand : Command
{
    public OrdersCommand()
        : base("orders", "Place, read, follow, change, cancel and delete service orders.")
    {
        Add(new OrdersCreateCommand());
        Add(new OrdersGetCommand());
        Add(new OrdersListCommand());
        Add(new OrdersWatchCommand());
        Add(new OrdersTimelineCommand());
        Add(new OrdersPatchCommand());
        Add(new OrdersHoldCommand());
        Add(new OrdersResumeCommand());
        Add(new OrdersCancelCommand());
        Add(new OrdersJeopardyCommand());
        Add(new OrdersDeleteCommand());
    }
}
