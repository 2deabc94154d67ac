using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Inventory.V1;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services topology ID</summary>
internal sealed class ServicesTopologyCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the service to start from." };
    private readonly Option<bool> _up = new("--up") { Description = "Show what is built on the service. Default: what it is built on." };
    private readonly Option<int?> _depth = NumberOption.Create("--depth", "How many links to follow at most, 1 to 32. Default: 8.");
    private readonly Option<string> _fields = FieldsOption.Create();

    public ServicesTopologyCommand()
        : base("topology", "Show a service with those that it is built on, or that are built on it.")
    {
        Add(_id);
        Add(_up);
        Add(_depth);
        Add(_fields);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services topology 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering services topology 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 --up -o json --fields none | jq -r '.services[].id'",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new GetServiceTopologyRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Direction = arguments.GetValue(_up) ? ServiceTopologyDirection.Supported : ServiceTopologyDirection.Supporting,
            Fields = arguments.GetValue(_fields) ?? "",
        };
        if (arguments.GetValue(_depth) is { } depth)
        {
            request.Depth = depth;
        }

        var response = await client.ServiceTopologies.GetServiceTopologyAsync(request, cancellationToken: cancellationToken);
        ServiceView.Write(screen, response.Topology, request.Direction);
        return ExitCode.Done;
    }
}
