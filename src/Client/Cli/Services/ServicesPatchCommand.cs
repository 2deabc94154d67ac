using System.CommandLine;
using Google.Protobuf;
using ServiceOrdering.Client;
using Tmf.Rest.V1;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services patch ID -f FILE</summary>
internal sealed class ServicesPatchCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the service." };
    private readonly Option<string> _file = InputFile.Option("JSON file with the patch");
    private readonly Option<string> _as = new Option<string>("--as")
    {
        Description = "How the patch is read. Default: an object as merge-patch, an array as json-patch.",
    }.AcceptOnlyFromAmong("merge-patch", "json-patch", "json-patch-query");

    public ServicesPatchCommand()
        : base("patch", "Change a service by a patch document and show what it is then.")
    {
        Add(_id);
        Add(_file);
        Add(_as);
    }

    public override IReadOnlyList<string> Examples =>
    [
        """echo '{"state": "inactive"}' | service-ordering services patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f -""",
        """
        echo '[{"op": "replace", "path": "/note/author?note.id=1", "value": "me"}]' |
            service-ordering services patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f - --as json-patch-query
        """,
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var patch = await InputFile.ReadAsync(arguments.GetRequiredValue(_file), cancellationToken);
        var format = arguments.GetValue(_as) ?? (patch.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("["u8) ? "json-patch" : "merge-patch");
        var request = new PatchServiceRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Patch = new HttpBody { ContentType = $"application/{format}+json", Data = ByteString.CopyFrom(patch) },
        };
        var response = await client.Services.PatchServiceAsync(request, cancellationToken: cancellationToken);
        ServiceView.Write(screen, response.Service);
        return ExitCode.Done;
    }
}
