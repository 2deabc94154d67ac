using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using Tmf.Common.V4;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>service-ordering jobs create OPERATION --filter QUERY</summary>
internal sealed class JobsCreateCommand : ClientCommand
{
    private static readonly Dictionary<string, JobOperation> Operations =
        Enum.GetValues<JobOperation>().Where(operation => operation != JobOperation.Unspecified).ToDictionary(EnumNames.Json);

    private readonly Argument<string> _operation = new Argument<string>("OPERATION")
    {
        Description = "What is done: to items that fell out, or to orders.",
    }.AcceptOnlyFromAmong([.. Operations.Keys]);

    private readonly Option<string> _filter = new("--filter")
    {
        Description = "To which, as in \"fallout list\" or \"orders list\"; '*' for all.",
        HelpName = "QUERY",
        Required = true,
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Count only how many there are; nothing is started." };
    private readonly Option<int?> _maxFailures = NumberOption.Create("--max-failures", "After how many failures the job stops; 0 stops at the first. Default: 100.");
    private readonly Option<string> _note = new("--note") { Description = "Why, for people; 4000 characters at most.", HelpName = "TEXT" };
    private readonly Option<string> _actor = new("--actor") { Description = "Who asks for it, for people. Default: the caller.", HelpName = "NAME" };
    private readonly Option<Characteristic[]> _set = CharacteristicOption.Create("With retryFallout: gives each item's service a characteristic, in the place of the one with its name.");
    private readonly Option<bool> _wait = new("--wait") { Description = "Show how far the job is until it has ended; it goes on when this is interrupted." };

    public JobsCreateCommand()
        : base("create", $"Start a job, and show it. With --wait the exit code is {ExitCode.Refused} unless all is done.")
    {
        Add(_operation);
        Add(_filter);
        Add(_dryRun);
        Add(_maxFailures);
        Add(_set);
        Add(_note);
        Add(_actor);
        Add(_wait);
        Validators.Add(result =>
        {
            if (result.GetValue(_dryRun) && result.GetValue(_wait))
            {
                result.AddError("--dry-run and --wait exclude each other.");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering jobs create retryFallout --filter 'state=open&causeCode=PORT_BUSY' --dry-run",
        "service-ordering jobs create retryFallout --filter causeCode=PORT_BUSY --note 'the ports are free now' --wait",
        "service-ordering jobs create holdOrders --filter 'relatedParty.id=CUST-6490&state=inProgress' --max-failures 0",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new CreateJobRequest
        {
            Operation = Operations[arguments.GetRequiredValue(_operation)],
            Filter = arguments.GetRequiredValue(_filter),
            DryRun = arguments.GetValue(_dryRun),
            Note = arguments.GetValue(_note) ?? "",
            Actor = arguments.GetValue(_actor) ?? "",
            ServiceCharacteristic = { arguments.GetValue(_set) ?? [] },
        };
        if (arguments.GetValue(_maxFailures) is { } failures)
        {
            request.MaxFailures = failures;
        }

        var job = (await client.Jobs.CreateJobAsync(request, cancellationToken: cancellationToken)).Job;
        if (arguments.GetValue(_wait))
        {
            job = await JobProgress.FollowAsync(client, job, screen, cancellationToken);
        }

        JobView.Write(screen, job);
        return arguments.GetValue(_wait) ? JobView.ExitCodeOf(job) : ExitCode.Done;
    }
}
