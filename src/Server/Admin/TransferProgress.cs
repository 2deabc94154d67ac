using System.Diagnostics;
using System.Globalization;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Admin;

/// <summary>Tells how far a transfer is: on a terminal in one line that changes, elsewhere in a line from time to time.</summary>
internal sealed class TransferProgress : IProgress<TransferState>, IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(5);

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
            if (_state.Step is null)
                return;
            var line = Line(_state, Stopwatch.GetElapsedTime(_began));
            if (_isTerminal)
                _output.Write($"\r{line}\e[K{(isEnd ? "\n" : "")}");
            else
                _output.WriteLine(line);
        }
    }

    private static string Line(TransferState state, TimeSpan elapsed)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        var rate = state.NewRows / seconds;
        var left = state.Rows < state.TotalRows && rate > 0 ? $", {TimeSpan.FromSeconds(Math.Ceiling((state.TotalRows - state.Rows) / rate)):c} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{state.Step}: {state.Rows} of {state.TotalRows} rows, {(state.TotalRows == 0 ? 100 : 100.0 * state.Rows / state.TotalRows):0.0} %, {rate:0} rows/s, {state.NewBytes / seconds / 1e6:0.0} MB/s{left}");
    }
}
