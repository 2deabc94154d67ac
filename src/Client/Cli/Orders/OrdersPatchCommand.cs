using System.CommandLine;
using Google.Protobuf;
using ServiceOrdering.Client;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders patch ID -f FILE</summary>
internal sealed class OrdersPatchCommand : ClientCommand
{
    private const string MergePatch = "application/merge-patch+json";
    private const string JsonPatch = "application/json-patch+json";
    private const string JsonPatchQuery = "application/json-patch-query+json";

    private readonly Argument<string> _id = new("ID") { Description = "Id of the order." };
    private readonly InputFile _file = new("JSON file with the patch, exactly as the REST API takes it");
    private readonly Option<string> _contentType = new("--content-type")
    {
        Description = $"Media type of the patch. Default: {MergePatch} for an object, {JsonPatch} for an array.",
        HelpName = "TYPE",
    };
    private readonly Option<string> _fields = OrderFields.Option();

    public OrdersPatchCommand()
        : base("patch", "Change an order and show what it has become; all of the patch is done or nothing.")
    {
        Add(_id);
        Add(_file.Option);
        Add(_contentType.AcceptOnlyFromAmong(MergePatch, "application/json", JsonPatch, JsonPatchQuery));
        Add(_fields);
    }

    public override IReadOnlyList<string> Examples =>
    [
        """echo '{"state":"held"}' | service-ordering orders patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f -""",
        $"service-ordering orders patch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -f patch.json --content-type {JsonPatchQuery}",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var patch = await _file.ReadAsync(arguments, cancellationToken);
        var request = new PatchServiceOrderRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Patch = new HttpBody { ContentType = arguments.GetValue(_contentType) ?? TypeOf(patch), Data = ByteString.CopyFrom(patch) },
            Fields = arguments.GetValue(_fields) ?? "",
        };
        var response = await client.ServiceOrders.PatchServiceOrderAsync(request, cancellationToken: cancellationToken);
        OrderView.Write(screen, response.ServiceOrder);
        return ExitCode.Done;
    }

    private static string TypeOf(ReadOnlySpan<byte> patch) => patch.TrimStart(" \t\r\n\uFEFF"u8).StartsWith("["u8) ? JsonPatch : MergePatch;
}
