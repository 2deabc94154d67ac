namespace ServiceOrdering.Server.Errors;

/// <summary>
/// The log of what is not ours: Kestrel, gRPC, transcoding. Anybody can make it complain, as often as they like: warnings and
/// errors are bounded by <see cref="ErrorLogLimit"/>, and a warning names its cause in a line, without a stack trace.
/// </summary>
internal sealed class LimitedLog(LoggerFactory log, ErrorLogLimit limit) : ILoggerFactory
{
    private const string Own = nameof(ServiceOrdering) + "." + nameof(Server) + ".";

    public ILogger CreateLogger(string categoryName)
    {
        var logger = log.CreateLogger(categoryName);
        return categoryName.StartsWith(Own, StringComparison.Ordinal) ? logger : new Limited(logger, categoryName, limit);
    }

    public void AddProvider(ILoggerProvider provider) => log.AddProvider(provider);

    public void Dispose() => log.Dispose();

    private sealed class Limited(ILogger logger, string category, ErrorLogLimit limit) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Warning)
                logger.Log(logLevel, eventId, state, exception, formatter);
            else if (IsEnabled(logLevel) && limit.Admit($"{category} {eventId} {exception?.GetType()}") is { } leftOut)
                logger.Log(logLevel, eventId, state, logLevel == LogLevel.Warning ? null : exception, (told, _) => Line(formatter(told, exception), leftOut));

            string Line(string line, int leftOut) => (logLevel == LogLevel.Warning && exception is not null ? $"{line} {exception.GetType().Name}: {exception.Message}" : line)
                + (leftOut > 0 ? $" ({leftOut} like it were left out of the log)" : "");
        }
    }
}
