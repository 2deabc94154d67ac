using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services get ID</summary>
internal sealed class ServicesGetCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the service." };
    private readonly Option<string> _fields = FieldsOption.Create();
    private readonly Option<bool> _etag = EntityTag.Show();

    public ServicesGetCommand()
        : base("get", "Show one service.")
    {
        Add(_id);
        Add(_fields);
        Add(_etag);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering services get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 --fields state,serviceCharacteristic -o json",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new GetServiceRequest { Id = arguments.GetRequiredValue(_id), Fields = arguments.GetValue(_fields) ?? "" };
        var response = await client.Services.GetServiceAsync(request, cancellationToken: cancellationToken);
        if (arguments.GetValue(_etag))
        {
            screen.WriteLine(response.Etag);
            return ExitCode.Done;
        }

        ServiceView.Write(screen, response.Service);
        return ExitCode.Done;
    }
}
