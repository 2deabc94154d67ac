using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub rotate-secret ID</summary>
internal sealed class HubRotateSecretCommand : ClientCommand
{
    private readonly Argument<string> _id = HubArguments.Id();

    private readonly Option<string> _secret = new("--secret")
    {
        Description = "The new secret. Default: the server makes one; it is shown now and not again.",
        HelpName = "SECRET",
    };

    private readonly Option<TimeSpan?> _keep = new("--keep-previous")
    {
        Description = "How long the secret before signs as well, such as 01:00:00. Default: 24 hours.",
        HelpName = "TIME",
    };

    public HubRotateSecretCommand()
        : base("rotate-secret", "Sign with a new secret, and for a while with the one before as well.")
    {
        Add(_id);
        Add(_secret);
        Add(_keep);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub rotate-secret {HubArguments.ExampleId} --keep-previous 01:00:00"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new RotateEventSubscriptionSecretRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Secret = arguments.GetValue(_secret) ?? "",
            PreviousValidFor = arguments.GetValue(_keep) is { } keep ? Duration.FromTimeSpan(keep) : null,
        };
        var response = await client.EventDeliveries.RotateEventSubscriptionSecretAsync(request, cancellationToken: cancellationToken);
        if (!screen.IsTable)
        {
            screen.WriteData(response);
        }
        else if (response.Secret.Length > 0)
        {
            screen.WriteLine(response.Secret);
        }

        return ExitCode.Done;
    }
}
