using System.CommandLine;
using Google.Protobuf;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli;

/// <summary>What a command that lists is asked for.</summary>
internal sealed record ListQuery(string Filter, string Sort, string Fields, int Offset);

/// <summary>A command that lists resources: a page of them, or all; once, or as they change.</summary>
internal abstract class ListCommand<T> : ClientCommand
    where T : IMessage
{
    private readonly string _resources;
    private readonly ListOptions _options;
    private readonly Columns<T> _columns;
    private readonly string[] _eventTypes;
    private readonly Option<bool> _watch = ListWatch<T>.CreateOption();

    /// <param name="description">The command's description.</param>
    /// <param name="resources">What is listed, in the plural.</param>
    /// <param name="options">The command's options.</param>
    /// <param name="columns">How it is shown as a table.</param>
    /// <param name="eventTypes">The events that tell of it; none where there are none.</param>
    protected ListCommand(string description, string resources, ListOptions options, Columns<T> columns, params string[] eventTypes)
        : base("list", description)
    {
        _resources = resources;
        _options = options;
        _columns = columns;
        _eventTypes = eventTypes;
        options.AddTo(this);
        Add(_watch);
    }

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var query = new ListQuery(_options.Filter(arguments), _options.Sort(arguments), _options.Fields(arguments), _options.Offset(arguments));
        if (arguments.GetValue(_watch))
        {
            await new ListWatch<T>(client, _columns, _eventTypes, screen, end => PageAsync(arguments, client, query, end)).RunAsync(cancellationToken);
        }
        else if (_options.All(arguments))
        {
            await screen.WriteAsync(_columns, ReadAll(client, query, cancellationToken));
        }
        else
        {
            var page = await PageAsync(arguments, client, query, cancellationToken);
            await screen.WriteAsync(_columns, page.Items.ToAsyncEnumerable());
            if (screen.IsTable && page.Items.Count < page.Total)
            {
                screen.WriteLine(page.Remark);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Reads all pages.</summary>
    protected abstract IAsyncEnumerable<T> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken);

    /// <summary>Reads one page, and how many there are in all.</summary>
    protected abstract Task<(IReadOnlyCollection<T> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken);

    private async Task<ListPage<T>> PageAsync(ParseResult arguments, ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken)
    {
        if (_options.All(arguments))
        {
            var all = await ReadAll(client, query, cancellationToken).ToListAsync(cancellationToken);
            return new ListPage<T>(all, all.Count, "");
        }

        var (items, total) = await ReadAsync(client, query, _options.Limit(arguments), cancellationToken);
        return new ListPage<T>(items, total, $"{items.Count} of {total} {_resources}; --offset shows others, --all shows all.");
    }
}
