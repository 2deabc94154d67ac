using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders delete ID…</summary>
internal sealed class OrdersDeleteCommand : ClientCommand
{
    private readonly Argument<string[]> _ids = new("ID") { Description = "Ids of the orders.", Arity = ArgumentArity.OneOrMore };

    public OrdersDeleteCommand()
        : base("delete", "Delete orders for good, without asking; those that are refused do not keep the others.")
    {
        Add(_ids);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders delete 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        """
        service-ordering orders list --all -o json --fields state | jq -r '.[] | select(.state == "failed").id' |
            xargs service-ordering orders delete
        """,
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Done;
        foreach (var id in arguments.GetRequiredValue(_ids))
        {
            try
            {
                var request = new DeleteServiceOrderRequest { Id = id };
                await client.ServiceOrders.DeleteServiceOrderAsync(request, cancellationToken: cancellationToken);
                if (!screen.IsJson)
                {
                    screen.WriteLine($"deleted {id}");
                }
            }
            catch (ServiceOrderingException refusal) when (!Failure.IsUnreachable(refusal))
            {
                Failure.Report(refusal, screen.Errors);
                exitCode = ExitCode.Refused;
            }
        }

        return exitCode;
    }
}
