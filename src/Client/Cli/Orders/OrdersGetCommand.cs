using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders get ID</summary>
internal sealed class OrdersGetCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the order." };
    private readonly Option<string> _fields = FieldsOption.Create();
    private readonly Option<bool> _etag = EntityTag.Show();

    public OrdersGetCommand()
        : base("get", "Show one order.")
    {
        Add(_id);
        Add(_fields);
        Add(_etag);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering orders get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 --fields state -o json",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new GetServiceOrderRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Fields = arguments.GetValue(_fields) ?? "",
        };
        var response = await client.ServiceOrders.GetServiceOrderAsync(request, cancellationToken: cancellationToken);
        if (arguments.GetValue(_etag))
        {
            screen.WriteLine(response.Etag);
            return ExitCode.Done;
        }

        OrderView.Write(screen, response.ServiceOrder);
        return ExitCode.Done;
    }
}
