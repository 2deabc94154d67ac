using System.CommandLine;
using System.Threading.Channels;
using Google.Protobuf;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ServiceOrdering.Cli;

/// <summary>What a list has.</summary>
/// <param name="Items">What is shown of it.</param>
/// <param name="Total">How much there is.</param>
/// <param name="Remark">What is told below it where not all is shown.</param>
internal sealed record ListPage<T>(IReadOnlyCollection<T> Items, long Total, string Remark);

/// <summary>
/// Shows a list, and what becomes of it: on a terminal in its place, else a line for each that is new or has changed. The stream of
/// events says when to look again; where no events tell of a kind, it is looked at every two seconds.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="columns">How the list is shown.</param>
/// <param name="eventTypes">The events that tell of it.</param>
/// <param name="screen">Where it is shown.</param>
/// <param name="read">Reads the list.</param>
internal sealed class ListWatch<T>(
    ServiceOrderingClient client, Columns<T> columns, IReadOnlyCollection<string> eventTypes, Screen screen, Func<CancellationToken, Task<ListPage<T>>> read)
    where T : IMessage
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    // Of a burst of events one look tells all.
    private static readonly TimeSpan AfterLook = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, T> _told = [];
    private readonly List<int> _widths = [.. columns.Names.Select(TableCell.WidthOf)];

    public static Option<bool> CreateOption() => new("--watch", "-w") { Description = "Stay, and show what changes, until Ctrl-C." };

    /// <summary>Shows the list until it is interrupted.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What is refused, or not there, is told before anything is drawn.
        var first = await read(cancellationToken);
        if (screen.IsTerminal && screen.IsTable)
        {
            await screen.LiveAsync(draw => FollowAsync(first, page => draw(Draw(page)), cancellationToken));
        }
        else
        {
            await FollowAsync(first, Tell, cancellationToken);
        }
    }

    private async Task FollowAsync(ListPage<T> first, Action<ListPage<T>> tell, CancellationToken cancellationToken)
    {
        tell(first);
        if (eventTypes.Count == 0)
        {
            while (true)
            {
                await Task.Delay(BetweenLooks, cancellationToken);
                await LookAsync(tell, cancellationToken);
            }
        }

        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        _ = WatchAsync(changes.Writer, cancellationToken);
        await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
        {
            await LookAsync(tell, cancellationToken);
            await Task.Delay(AfterLook, cancellationToken);
        }
    }

    /// <summary>The first message comes when nothing more is missed, so that what happened since the first look is seen.</summary>
    private async Task WatchAsync(ChannelWriter<bool> changes, CancellationToken cancellationToken)
    {
        try
        {
            var watcher = new EventWatcher(client.Events, new WatchEventsRequest { EventTypes = { eventTypes } }, new EventWatcherOptions { Interrupted = failure => Interrupted(failure.Status.Detail) });
            await foreach (var message in watcher.WithCancellation(cancellationToken))
            {
                changes.TryWrite(true);
            }
        }
        catch (Exception failure)
        {
            changes.TryComplete(failure);
        }
    }

    private async Task LookAsync(Action<ListPage<T>> tell, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                tell(await read(cancellationToken));
                return;
            }
            catch (ServiceOrderingException failure) when (Failure.IsUnreachable(failure))
            {
                Interrupted(failure.Status.Detail);
                await Task.Delay(BetweenLooks, cancellationToken);
            }
        }
    }

    private void Interrupted(string why) => screen.Errors.WriteLine($"interrupted, coming back: {why}");

    private Rows Draw(ListPage<T> page)
    {
        var table = columns.Table();
        foreach (var item in page.Items)
        {
            table.AddRow(columns.Row(item));
        }

        IRenderable content = table.Fit(screen.Width).Content;
        return page.Items.Count < page.Total ? new Rows(content, new Text(page.Remark)) : new Rows(content);
    }

    private void Tell(ListPage<T> page)
    {
        if (screen.IsTable && _told.Count == 0)
        {
            Line(columns.Names);
        }

        var gone = page.Items.Count < page.Total ? [] : new HashSet<string>(_told.Keys);
        foreach (var item in page.Items)
        {
            var key = columns.Key(item);
            gone.Remove(key);
            if (_told.TryGetValue(key, out var last) && last.Equals(item))
            {
                continue;
            }

            _told[key] = item;
            if (screen.IsTable)
            {
                Line(columns.Row(item).Select(cell => cell.Text));
            }
            else
            {
                screen.WriteMessage(item);
            }
        }

        foreach (var key in gone)
        {
            _told.Remove(key);
            if (screen.IsTable)
            {
                screen.WriteLine($"{key}  (gone)");
            }
        }
    }

    /// <summary>A line whose columns stand below those of the lines before, as long as none is wider.</summary>
    private void Line(IEnumerable<string> texts)
    {
        var line = "";
        foreach (var (text, column) in texts.Select((text, column) => (text, column)))
        {
            _widths[column] = Math.Max(_widths[column], TableCell.WidthOf(text));
            line += text + new string(' ', _widths[column] - TableCell.WidthOf(text) + 2);
        }

        screen.WriteLine(line.TrimEnd());
    }
}
