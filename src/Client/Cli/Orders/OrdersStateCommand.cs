using System.CommandLine;
using Google.Api;
using Google.Protobuf;
using ServiceOrdering.Client;
using ServiceOrdering.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>A command that brings an order into another state.</summary>
internal abstract class OrdersStateCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the order." };
    private readonly Option<string> _ifMatch = EntityTag.IfMatch();
    private readonly ServiceOrderState _state;

    protected OrdersStateCommand(string name, string description, ServiceOrderState state)
        : base(name, description)
    {
        _state = state;
        Add(_id);
        Add(_ifMatch);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering orders {Name} 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new PatchServiceOrderRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Etag = EntityTag.Of(arguments, _ifMatch),
            Patch = new HttpBody { ContentType = InputPatch.Merge, Data = ByteString.CopyFromUtf8($$"""{"state":"{{EnumNames.Json(_state)}}"}""") },
        };
        var response = await client.ServiceOrders.PatchServiceOrderAsync(request, cancellationToken: cancellationToken);
        OrderView.Write(screen, response.ServiceOrder);
        return ExitCode.Done;
    }
}

/// <summary>service-ordering orders hold ID</summary>
internal sealed class OrdersHoldCommand() : OrdersStateCommand(
    "hold", "Hold an order: what is being worked may go on, and nothing new is handed out.", ServiceOrderState.Held);

/// <summary>service-ordering orders resume ID</summary>
internal sealed class OrdersResumeCommand() : OrdersStateCommand(
    "resume", "Let an order go on that is held or pending.", ServiceOrderState.InProgress);
