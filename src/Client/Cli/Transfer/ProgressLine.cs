using System.Diagnostics;
using System.Globalization;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>Says on a terminal how far something is, in one line that is written over again and again; elsewhere nothing. Thread-safe.</summary>
/// <param name="screen">The screen.</param>
/// <param name="what">What is counted, in the plural.</param>
internal sealed class ProgressLine(Screen screen, string what)
{
    private const int BarWidth = 20;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _shown;
    private bool _isShown;
    private double? _begin;

    /// <summary>How long it takes by now.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Says how far it is.</summary>
    /// <param name="done">How many are done in this run.</param>
    /// <param name="part">Which part of all that is, 0 to 1; null where nobody knows.</param>
    public void Show(long done, double? part)
    {
        if (!screen.IsErrorTerminal)
        {
            return;
        }

        lock (_gate)
        {
            _begin ??= part;
            if (_isShown && Stopwatch.GetElapsedTime(_shown) < BetweenLooks)
            {
                return;
            }

            (_shown, _isShown) = (Stopwatch.GetTimestamp(), true);
            screen.Errors.Write($"\r{TableCell.Narrow(Text(done, part, _begin ?? 0, Elapsed, what), Screen.TerminalWidth - 1, CellFit.Beginning)}\u001b[K");
        }
    }

    /// <summary>Writes a line, and the progress below it next time.</summary>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            Clear();
            screen.Errors.WriteLine(line);
        }
    }

    /// <summary>Takes it away.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            if (_isShown)
            {
                screen.Errors.Write("\r\u001b[K");
                _isShown = false;
            }
        }
    }

    /// <summary><c>██████░░░░  60 % 6,000 orders, 3,000/s, 2 s left</c>; what was done before this run costs it no time.</summary>
    public static string Text(long done, double? part, double begin, TimeSpan elapsed, string what)
    {
        var count = string.Create(CultureInfo.InvariantCulture, $"{done:N0} {what}, {Rate(done, elapsed)}");
        if (part is not { } known)
        {
            return count;
        }

        var filled = (int)(Math.Clamp(known, 0, 1) * BarWidth);
        var left = known > begin && known < 1 ? string.Create(CultureInfo.InvariantCulture, $", {Math.Ceiling(elapsed.TotalSeconds * (1 - known) / (known - begin)):N0} s left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{new string('█', filled)}{new string('░', BarWidth - filled)} {Math.Floor(100 * known),3} % {count}{left}");
    }

    /// <summary><c>3,000/s</c></summary>
    public static string Rate(long done, TimeSpan elapsed) =>
        string.Create(CultureInfo.InvariantCulture, $"{done / Math.Max(elapsed.TotalSeconds, 0.001):N0}/s");
}
