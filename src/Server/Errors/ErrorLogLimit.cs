using System.Collections.Concurrent;

namespace ServiceOrdering.Server.Errors;

/// <summary>
/// Keeps an error that comes again and again from filling the log: of each kind ten a minute are logged; the first after that
/// says how many were left out. Kinds are few: a method and a type of exception.
/// </summary>
internal sealed class ErrorLogLimit(TimeProvider time)
{
    private const int MostPerMinute = 10;

    private readonly ConcurrentDictionary<string, Minute> _minutes = new();

    /// <summary>Whether to log an error of this kind now.</summary>
    /// <returns>How many were left out since the last one that was logged; null where this is left out too.</returns>
    public int? Admit(string kind)
    {
        var minute = _minutes.GetOrAdd(kind, static _ => new Minute());
        lock (minute)
        {
            var now = time.GetUtcNow();
            if ((now - minute.Start).Duration() >= TimeSpan.FromMinutes(1))
                (minute.Start, minute.Logged) = (now, 0);
            if (minute.Logged == MostPerMinute)
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

    private sealed class Minute
    {
        public DateTimeOffset Start { get; set; }

        public int Logged { get; set; }

        public int LeftOut { get; set; }
    }
}
