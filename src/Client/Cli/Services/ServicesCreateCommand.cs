using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services create -f FILE</summary>
internal sealed class ServicesCreateCommand : ClientCommand
{
    private readonly InputFile _file = new("JSON file with the service, exactly as the REST API takes it");

    public ServicesCreateCommand()
        : base("create", "Create a service and show it as the server stored it.")
    {
        Add(_file.Option);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services create -f examples/create-broadband-service.json",
        "jq '.state = \"reserved\"' examples/create-broadband-service.json | service-ordering services create -f - -o json | jq -r .id",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var service = TmfJson.Read<Service>(await _file.ReadAsync(arguments, cancellationToken), _file.Name(arguments));
        var response = await client.Services.CreateServiceAsync(new CreateServiceRequest { Service = service }, cancellationToken: cancellationToken);
        ServiceView.Write(screen, response.Service);
        return ExitCode.Done;
    }
}
