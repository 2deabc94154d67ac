using System.CommandLine;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli;

/// <summary>What a command that lists is asked for.</summary>
internal sealed record ListQuery(string Filter, string Sort, string Fields, int Offset);

/// <summary>A command that lists resources: a page of them, or all.</summary>
internal abstract class ListCommand<T> : ClientCommand
{
    private readonly string _resources;
    private readonly ListOptions _options;

    protected ListCommand(string description, string resources, ListOptions options)
        : base("list", description)
    {
        _resources = resources;
        _options = options;
        options.AddTo(this);
    }

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var query = new ListQuery(_options.Filter(arguments), _options.Sort(arguments), _options.Fields(arguments), _options.Offset(arguments));
        if (_options.All(arguments))
        {
            await WriteAsync(screen, ReadAll(client, query, cancellationToken));
            return ExitCode.Done;
        }

        var (items, total) = await ReadAsync(client, query, _options.Limit(arguments), cancellationToken);
        await WriteAsync(screen, items.ToAsyncEnumerable());
        if (!screen.IsJson && items.Count < total)
        {
            screen.WriteLine($"{items.Count} of {total} {_resources}; --offset shows others, --all shows all.");
        }

        return ExitCode.Done;
    }

    /// <summary>Reads all pages.</summary>
    protected abstract IAsyncEnumerable<T> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken);

    /// <summary>Reads one page, and how many there are in all.</summary>
    protected abstract Task<(IReadOnlyCollection<T> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken);

    protected abstract Task WriteAsync(Screen screen, IAsyncEnumerable<T> items);
}
