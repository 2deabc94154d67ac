using System.CommandLine;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders …</summary>
internal sealed class OrdersCommand : Command
{
    public OrdersCommand()
        : base("orders", "Place, read, list, change and delete service orders.")
    {
        Add(new OrdersCreateCommand());
        Add(new OrdersGetCommand());
        Add(new OrdersListCommand());
        Add(new OrdersPatchCommand());
        Add(new OrdersDeleteCommand());
    }
}
