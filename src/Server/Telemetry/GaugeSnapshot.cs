using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Telemetry;

/// <summary>Reads what a folder's gauges show now, with few and quick statements.</summary>
internal interface IGaugeReader
{
    ValueTask ReadAsync(GaugeValues values);
}

/// <summary>What gauges show.</summary>
internal sealed class GaugeValues
{
    private readonly Dictionary<Gauge, List<Measurement<double>>> _values = [];

    public void Add(Gauge gauge, double value)
    {
        if (!_values.TryGetValue(gauge, out var known))
            _values[gauge] = known = [];
        known.Add(new Measurement<double>(value));
    }

    public void Add(Gauge gauge, double value, string label, string of)
    {
        if (!_values.TryGetValue(gauge, out var known))
            _values[gauge] = known = [];
        known.Add(new Measurement<double>(value, new KeyValuePair<string, object?>(label, of)));
    }

    public IReadOnlyList<Measurement<double>> Of(Gauge gauge) => _values.TryGetValue(gauge, out var known) ? known : [];
}

/// <summary>
/// Keeps what the gauges show, so that whoever asks gets it at once and however many ask cost the database the same: it is read
/// every few seconds at most, and not while nobody has asked for a while.
/// </summary>
internal sealed partial class GaugeSnapshot : BackgroundService
{
    // Longer than exporters and scrapers take between two looks.
    private static readonly TimeSpan Interest = TimeSpan.FromMinutes(3);

    private readonly IReadOnlyList<IGaugeReader> _readers;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<GaugeSnapshot> _logger;
    private readonly HashSet<IGaugeReader> _failing = [];
    private volatile GaugeValues _current = new();
    // A timestamp; 0 while nobody has asked.
    private long _asked;

    public GaugeSnapshot(IMeterFactory meters, IEnumerable<IGaugeReader> readers, IOptions<TelemetryOptions> options, TimeProvider time, ILogger<GaugeSnapshot> logger)
    {
        _readers = [.. readers];
        _interval = options.Value.GaugeInterval;
        _time = time;
        _logger = logger;
        var meter = meters.Create(Metrics.MeterName);
        foreach (var gauge in Metrics.Gauges)
            meter.CreateObservableGauge(gauge.Name, () => Observe(gauge), gauge.Unit, gauge.Meaning);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, _time);
        // Who asks first gets something.
        await ReadAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Volatile.Read(ref _asked) is not 0 and var asked && _time.GetElapsedTime(asked) < Interest)
                await ReadAsync(stoppingToken);
        }
    }

    private IReadOnlyList<Measurement<double>> Observe(Gauge gauge)
    {
        Volatile.Write(ref _asked, _time.GetTimestamp());
        return _current.Of(gauge);
    }

    // What cannot be read now is not shown: an old number would pass for a new one.
    private async Task ReadAsync(CancellationToken stoppingToken)
    {
        var values = new GaugeValues();
        foreach (var reader in _readers)
        {
            try
            {
                await reader.ReadAsync(values).AsTask().WaitAsync(stoppingToken);
                _failing.Remove(reader);
            }
            catch (RpcException)
            {
                // The database has told the log already why it cannot be read.
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (_failing.Add(reader))
                    LogFailed(reader.GetType().Name, e.Message);
            }
        }
        _current = values;
    }

    [LoggerMessage(LogLevel.Warning, "{Reader} cannot be read, and its metrics are not shown until then: {Reason}")]
    private partial void LogFailed(string reader, string reason);
}
