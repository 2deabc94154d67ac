using System.Diagnostics;
using System.Globalization;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Admin;

/// <summary>
/// Tells how far something is that takes long: on a terminal in one line that changes, elsewhere in a line from time to time. What is
/// done at once is not told.
/// </summary>
internal sealed class TransferProgress : IProgress<TransferState>, IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(0.5);

    private readonly TextWriter _output;
    private readonly bool _isTerminal;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private TransferState _state;
    private long _began;

    public TransferProgress(TextWriter output, bool isTerminal)
    {
        _output = output;
        _isTerminal = isTerminal;
        var interval = isTerminal ? OnTerminal : Elsewhere;
        _timer = new Timer(_ => Tell(isEnd: false), null, interval, interval);
    }

    /// <summary>Tells it on stderr.</summary>
    /// <param name="isQuiet">Whether nothing is to be told.</param>
    public static TransferProgress OfConsole(bool isQuiet) => isQuiet ? new(TextWriter.Null, isTerminal: false) : new(Console.Error, isTerminal: !Console.IsErrorRedirected);

    public void Report(TransferState value)
    {
        lock (_gate)
        {
            if (value.Step != _state.Step)
            {
                Tell(isEnd: true);
                _began = Stopwatch.GetTimestamp();
            }
            _state = value;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Tell(isEnd: true);
    }

    private void Tell(bool isEnd)
    {
        lock (_gate)
        {
            var elapsed = Stopwatch.GetElapsedTime(_began);
            if (_state.Step is null || elapsed < AtOnce)
                return;
            var line = Line(_state, elapsed);
            if (_isTerminal)
                _output.Write($"\r{line}\e[K{(isEnd ? "\n" : "")}");
            else
                _output.WriteLine(line);
        }
    }

    private static string Line(TransferState state, TimeSpan elapsed)
    {
        if (state.TotalRows == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{state.Step}: {elapsed.TotalSeconds:0} s");
        var seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        var rate = state.NewRows / seconds;
        var left = state.Rows < state.TotalRows && rate > 0 ? $", {TimeSpan.FromSeconds(Math.Ceiling((state.TotalRows - state.Rows) / rate)):c} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{state.Step}: {state.Rows} of {state.TotalRows} {state.Unit}, {100.0 * state.Rows / state.TotalRows:0.0} %, {rate:0} {state.Unit}/s, {state.NewBytes / seconds / 1e6:0.0} MB/s{left}");
    }
}
