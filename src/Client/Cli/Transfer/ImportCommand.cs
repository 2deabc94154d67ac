using System.CommandLine;
using ServiceOrdering.Cli.Config;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>service-ordering import FILE</summary>
internal sealed class ImportCommand : ClientCommand
{
    private const int DefaultConcurrency = 32;
    private const int MostConcurrency = 256;

    private readonly Argument<string> _file = new("FILE") { Description = "File with a line of JSON for each order or service; - reads standard input." };
    private readonly Option<string> _kind = new Option<string>("--kind") { Description = "What the lines are. Default: each says it, by @type or serviceOrderItem." }.AcceptOnlyFromAmong(ImportLines.Orders, ImportLines.Services);
    private readonly Option<int?> _concurrency = NumberOption.Create("--concurrency", $"How many to send at a time, up to {MostConcurrency}; 1 keeps the order of the lines. Default: {DefaultConcurrency}.");
    private readonly Option<int?> _fromLine = NumberOption.Create("--from-line", "Begin with this line. Default: 1.");
    private readonly Option<bool> _continue = new("--continue-on-error") { Description = "Go on behind a line that is refused. Default: end there." };

    public ImportCommand()
        : base("import", "Place orders and create services from lines of JSON, as \"export\" writes them. Run again within a day, it goes on where it was broken off: nothing is created twice.")
    {
        Add(_file);
        Add(_kind);
        Add(_concurrency);
        Add(_fromLine);
        Add(_continue);
        Validators.Add(result =>
        {
            if (result.GetValue(_concurrency) is < 1 or > MostConcurrency)
            {
                result.AddError($"--concurrency takes a number from 1 to {MostConcurrency}.");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering import orders.ndjson",
        "zcat services.ndjson.gz | service-ordering import - --continue-on-error",
        "service-ordering import orders.ndjson -o jsonl | jq -r '[.id, .newId] | @tsv' > ids.tsv",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        await using var input = Open(arguments.GetRequiredValue(_file));
        var run = new ImportRun(client, screen, input.CanSeek ? input.Length : null)
        {
            Kind = arguments.GetValue(_kind),
            Concurrency = arguments.GetValue(_concurrency) ?? DefaultConcurrency,
            FromLine = arguments.GetValue(_fromLine) ?? 1,
            ContinuesOnError = arguments.GetValue(_continue),
        };
        return await run.RunAsync(input, cancellationToken);
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{file} cannot be read: {exception.Message}");
        }
    }
}
