using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services patch ID -f FILE</summary>
internal sealed class ServicesPatchCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the service." };
    private readonly InputPatch _patch = new();
    private readonly Option<string> _ifMatch = EntityTag.IfMatch();
    private readonly Option<string> _fields = FieldsOption.Create();

    public ServicesPatchCommand()
        : base("patch", "Change a service and show what it has become; all of the patch is done or nothing.")
    {
        Add(_id);
        _patch.AddTo(this);
        Add(_ifMatch);
        Add(_fields);
    }

    public override IReadOnlyList<string> Examples =>
    [
        """echo '{"state":"inactive"}' | service-ordering services patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f -""",
        $"service-ordering services patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f patch.json --content-type {InputPatch.Query}",
        "service-ordering services patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f patch.json --if-match 3",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new PatchServiceRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Patch = await _patch.ReadAsync(arguments, cancellationToken),
            Etag = EntityTag.Of(arguments, _ifMatch),
            Fields = arguments.GetValue(_fields) ?? "",
        };
        var response = await client.Services.PatchServiceAsync(request, cancellationToken: cancellationToken);
        ServiceView.Write(screen, response.Service);
        return ExitCode.Done;
    }
}
