using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub add CALLBACK</summary>
internal sealed class HubAddCommand : ClientCommand
{
    private readonly Argument<string> _callback = new("CALLBACK") { Description = "Where events are posted to: an http or https URI." };

    private readonly Option<string> _query = new("--query", "-q")
    {
        Description = "Which events, and what of them. Default: all of all.",
        HelpName = "QUERY",
    };

    private readonly Option<string> _api = HubArguments.Api("The API whose events these are. Default: serviceOrdering.");

    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "What a delivery's body is. Default: tmf.",
    }.AcceptOnlyFromAmong("tmf", "cloudEvents");

    private readonly Option<string> _secret = new("--secret")
    {
        Description = "Key to sign deliveries with: whsec_ and 24 to 64 bytes in base64.",
        HelpName = "SECRET",
    };

    private readonly Option<bool> _generateSecret = new("--generate-secret")
    {
        Description = "Let the server make the secret. It is shown now and not again.",
    };

    public HubAddCommand()
        : base("add", "Register a listener; it gets what happens from now on.")
    {
        Add(_callback);
        Add(_query);
        Add(_api);
        Add(_format);
        Add(_secret);
        Add(_generateSecret);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering hub add https://crm.example.com/orders --generate-secret",
        """
        service-ordering hub add https://crm.example.com/done \
            --query 'eventType=ServiceOrderStateChangeEvent&event.serviceOrder.state=completed&fields=event.serviceOrder.id'
        """,
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var subscription = new EventSubscription { Callback = arguments.GetRequiredValue(_callback) };
        if (arguments.GetValue(_query) is { } query)
        {
            subscription.Query = query;
        }

        if (arguments.GetValue(_format) is { } format)
        {
            subscription.Format = format == "tmf" ? EventPayloadFormat.Tmf : EventPayloadFormat.CloudEvents;
        }

        if (arguments.GetValue(_secret) is { } secret)
        {
            subscription.Secret = secret;
        }

        var request = new CreateEventSubscriptionRequest
        {
            Api = arguments.GetValue(_api) ?? "",
            EventSubscription = subscription,
            GenerateSecret = arguments.GetValue(_generateSecret),
        };
        var response = await client.EventSubscriptions.CreateEventSubscriptionAsync(request, cancellationToken: cancellationToken);
        HubView.Write(screen, response.EventSubscription);
        return ExitCode.Done;
    }
}
