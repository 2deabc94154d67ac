namespace ServiceOrdering.Server.Tests;

/// <summary>A clock that stands still until a test moves it.</summary>
public sealed class ControlledTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private readonly List<(DateTimeOffset Due, TaskCompletionSource Set)> _expected = [];
    private DateTimeOffset _now = new(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Waits until somebody waits for this instant, once.</summary>
    public Task WaitForTimerAsync(DateTimeOffset due)
    {
        lock (_gate)
        {
            if (_timers.Exists(timer => timer.Due == due && timer.Period <= TimeSpan.Zero))
                return Task.CompletedTask;
            var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _expected.Add((due, set));
            return set.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }
    }

    /// <summary>Moves the clock to an instant and lets every timer fire that is due by then, in order.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        while (true)
        {
            Timer? due;
            lock (_gate)
            {
                due = _timers.Where(timer => timer.Due <= instant).MinBy(timer => timer.Due);
                _now = due?.Due > _now ? due.Due.Value : due is null && instant > _now ? instant : _now;
                if (due is null)
                    return;
                due.Due = due.Period > TimeSpan.Zero ? due.Due + due.Period : null;
            }
            due.Fire();
        }
    }

    public void Move(TimeSpan by) => MoveTo(GetUtcNow() + by);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
            timer.Change(dueTime, period);
        }
        return timer;
    }

    private sealed class Timer(ControlledTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Due = dueTime < TimeSpan.Zero ? null : time._now + dueTime;
                Period = period;
                foreach (var expected in time._expected.Where(expected => expected.Due == Due && period <= TimeSpan.Zero).ToList())
                {
                    time._expected.Remove(expected);
                    expected.Set.SetResult();
                }
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
