using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders create -f FILE</summary>
internal sealed class OrdersCreateCommand : ClientCommand
{
    private readonly InputFile _file = new("JSON file with the order, exactly as the REST API takes it");

    public OrdersCreateCommand()
        : base("create", "Place an order and show it as the server stored it.")
    {
        Add(_file.Option);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders create -f examples/create-fiber-order.json",
        "jq '.priority = \"0\"' examples/create-fiber-order.json | service-ordering orders create -f - -o json | jq -r .id",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var order = TmfJson.Read<ServiceOrder>(await _file.ReadAsync(arguments, cancellationToken), _file.Name(arguments));
        var request = new CreateServiceOrderRequest { ServiceOrder = order };
        var response = await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: cancellationToken);
        OrderView.Write(screen, response.ServiceOrder);
        return ExitCode.Done;
    }
}
