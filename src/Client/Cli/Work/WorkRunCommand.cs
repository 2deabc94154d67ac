using System.CommandLine;
using System.Globalization;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;

namespace ServiceOrdering.Cli.Work;

/// <summary>service-ordering work run --simulate</summary>
internal sealed class WorkRunCommand : ClientCommand
{
    private const int DefaultConcurrency = 8;
    private const string DefaultName = "simulator";

    private readonly Option<bool> _simulate = new("--simulate")
    {
        Description = "Pretend to deliver: wait for a while, then say that it is done. There is no other way to run; what really delivers is a program of yours.",
    };

    private readonly Option<string> _name = new("--name") { Description = $"Name of the worker. Default: {DefaultName}.", HelpName = "NAME" };
    private readonly Option<int?> _concurrency = NumberOption.Create("--concurrency", $"How many items to work at a time, up to 1000. Default: {DefaultConcurrency}.");
    private readonly Option<TimeSpan?> _duration = DurationOption.Create("--duration", "How long an item takes: half to one and a half times this. Default: 1s.");
    private readonly Option<double?> _failureRate = new("--failure-rate")
    {
        Description = "Which part of the attempts fails, 0 to 1. They are tried again. Default: 0.",
        HelpName = "PART",
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var part) && part <= 1)
            {
                return part;
            }

            result.AddError($"--failure-rate takes a number from 0 to 1, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    private readonly Option<int?> _seed = NumberOption.Create("--seed", "Makes the same durations and failures come again. Default: others each time.");
    private readonly Option<Capability[]> _capabilities = new("--capability")
    {
        Description = "What to take: action=, type=, specification= and category=, commas between; may be given several times. Default: everything.",
        HelpName = "KEY=VALUE,…",
        CustomParser = result =>
        {
            var problems = new List<string>();
            var read = result.Tokens.Select(token => Read(token.Value, problems)).ToArray();
            problems.ForEach(result.AddError);
            return read;
        },
    };

    public WorkRunCommand()
        : base("run", "Work items until Ctrl-C, and show a line for each; then finish what has begun, and give back the rest.")
    {
        Add(_simulate);
        Add(_name);
        Add(_concurrency);
        Add(_duration);
        Add(_failureRate);
        Add(_seed);
        Add(_capabilities);
        Validators.Add(result =>
        {
            if (!result.GetValue(_simulate))
            {
                result.AddError("--simulate is required.");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering work run --simulate",
        "service-ordering work run --simulate --name access --capability specification=gpon-access,action=add --duration 200ms --failure-rate 0.1",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var gate = new Lock();
        var random = arguments.GetValue(_seed) is { } seed ? new Random(seed) : new Random();
        var mean = arguments.GetValue(_duration) ?? TimeSpan.FromSeconds(1);
        var failureRate = arguments.GetValue(_failureRate) ?? 0;
        var options = new OrderWorkerOptions
        {
            Name = arguments.GetValue(_name) ?? DefaultName,
            MaxConcurrency = arguments.GetValue(_concurrency) ?? DefaultConcurrency,
            Capabilities = arguments.GetValue(_capabilities) ?? [],
            Interrupted = failure => screen.Errors.WriteLine($"interrupted, coming back: {failure.Status.Detail}"),
            Finished = Show,
        };
        using var stopping = cancellationToken.Register(() => screen.Errors.WriteLine("stopping when what has begun is done; Ctrl-C again does not wait"));
        await new OrderWorker(client, options, WorkAsync).RunAsync(cancellationToken);
        return ExitCode.Done;

        async Task<WorkResult> WorkAsync(WorkAssignment work, CancellationToken token)
        {
            TimeSpan duration;
            bool fails;
            lock (gate)
            {
                duration = mean * (0.5 + random.NextDouble());
                fails = random.NextDouble() < failureRate;
            }

            WriteLine("taken", work, work.Attempt > 1 ? $"attempt {work.Attempt}" : "");
            await Task.Delay(duration, token);
            return fails ? WorkResult.Failed("Simulated failure.") : WorkResult.Completed();
        }

        void Show(FinishedWork finished)
        {
            var what = finished.Response is null ? "lost"
                : finished.Exception is not null ? "failed"
                : finished.Result.Kind switch
                {
                    ReportWorkRequest.ReportOneofCase.Completion => "completed",
                    ReportWorkRequest.ReportOneofCase.Failure => "failed",
                    ReportWorkRequest.ReportOneofCase.Cancelled => "cancelled",
                    _ => "returned",
                };
            WriteLine(what, finished.Work, finished.Exception?.Message ?? "");
        }

        void WriteLine(string what, WorkAssignment work, string more)
        {
            var service = work.Item.Service.HasName ? work.Item.Service.Name : work.Item.Service.Id;
            lock (gate)
            {
                screen.WriteLine($"{what,-11}{work.ServiceOrder.Id}  {work.Item.Id,-6}{Tables.Word(work.Item.Action),-9}{service}  {more}".TrimEnd());
            }
        }
    }

    private static Capability Read(string text, List<string> problems)
    {
        var capability = new Capability();
        foreach (var part in text.Split(','))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left, right) : (part, "");
            switch (name)
            {
                case "action" when Enum.TryParse<OrderItemAction>(value, ignoreCase: true, out var action):
                    capability.Action = action;
                    break;
                case "type":
                    capability.ServiceType = value;
                    break;
                case "specification":
                    capability.SpecificationId = value;
                    break;
                case "category":
                    capability.Category = value;
                    break;
                default:
                    problems.Add($"--capability takes action=add|modify|delete|noChange, type=, specification= and category=, not '{part}'.");
                    break;
            }
        }

        return capability;
    }
}
