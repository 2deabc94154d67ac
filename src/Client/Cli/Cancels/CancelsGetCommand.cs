using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Cancels;

/// <summary>service-ordering cancels get ID</summary>
internal sealed class CancelsGetCommand : ClientCommand
{
    private readonly Argument<string> _id = CancelView.IdArgument();
    private readonly Option<string> _fields = FieldsOption.Create();

    public CancelsGetCommand()
        : base("get", "Show one request.")
    {
        Add(_id);
        Add(_fields);
    }

    public override IReadOnlyList<string> Examples => ["service-ordering cancels get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new GetCancelServiceOrderRequest { Id = arguments.GetRequiredValue(_id), Fields = arguments.GetValue(_fields) ?? "" };
        var response = await client.CancelServiceOrders.GetCancelServiceOrderAsync(request, cancellationToken: cancellationToken);
        CancelView.Write(screen, response.CancelServiceOrder);
        return ExitCode.Done;
    }
}
