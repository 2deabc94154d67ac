using System.Collections.Concurrent;

namespace ServiceOrdering.Server.Errors;

/// <summary>
/// Keeps an error that comes again and again from filling the log: of each kind ten a minute are logged; the first after that
/// says how many were left out. Kinds are few: a method and a type of exception. Where a caller has a say in them, those that are
/// one too many are one kind.
/// </summary>
internal sealed class ErrorLogLimit(TimeProvider time)
{
    private const int MostPerMinute = 10;
    private const int MostKinds = 1000;

    private readonly ConcurrentDictionary<string, Minute> _minutes = new();
    private readonly Minute _rest = new();

    /// <summary>Whether to log an error of this kind now.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="most">How many of it are logged in a minute.</param>
    /// <returns>How many were left out since the last one that was logged; null where this is left out too.</returns>
    public int? Admit(string kind, int most = MostPerMinute)
    {
        var minute = MinuteOf(kind);
        lock (minute)
        {
            var now = time.GetUtcNow();
            if (IsOver(minute, now))
                (minute.Start, minute.Logged) = (now, 0);
            if (minute.Logged >= most)
            {
                minute.LeftOut++;
                return null;
            }
            minute.Logged++;
            var leftOut = minute.LeftOut;
            minute.LeftOut = 0;
            return leftOut;
        }
    }

    private Minute MinuteOf(string kind)
    {
        if (_minutes.TryGetValue(kind, out var minute))
            return minute;
        if (_minutes.Count >= MostKinds && !DropThoseThatAreOver())
            return _rest;
        return _minutes.GetOrAdd(kind, static _ => new Minute());
    }

    // One look a second: each takes as long as there are kinds.
    private bool DropThoseThatAreOver()
    {
        lock (_rest)
        {
            var now = time.GetUtcNow();
            if ((now - _rest.Looked).Duration() < TimeSpan.FromSeconds(1))
                return _minutes.Count < MostKinds;
            _rest.Looked = now;
            foreach (var (kind, minute) in _minutes)
            {
                lock (minute)
                {
                    if (IsOver(minute, now) && _minutes.TryRemove(kind, out _))
                        _rest.LeftOut += minute.LeftOut;
                }
            }
            return _minutes.Count < MostKinds;
        }
    }

    private static bool IsOver(Minute minute, DateTimeOffset now) => (now - minute.Start).Duration() >= TimeSpan.FromMinutes(1);

    private sealed class Minute
    {
        public DateTimeOffset Start { get; set; }

        public DateTimeOffset Looked { get; set; }

        public int Logged { get; set; }

        public int LeftOut { get; set; }
    }
}
