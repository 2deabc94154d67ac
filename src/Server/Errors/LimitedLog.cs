using Grpc.Core;

namespace ServiceOrdering.Server.Errors;

/// <summary>
/// Bounds what others can make the log say, by <see cref="ErrorLogLimit"/>: warnings and errors of what is not ours (Kestrel, gRPC,
/// transcoding), which anybody can cause as often as they like; and of what goes on by itself, again and again, while the database
/// is away. Where a peer or the database is the cause, it is named in a line of warning: a stack trace would say nothing more.
/// </summary>
internal sealed class LimitedLog(LoggerFactory log, ErrorLogLimit limit) : ILoggerFactory
{
    private const string Own = nameof(ServiceOrdering) + "." + nameof(Server) + ".";
    // Bounded where it is written, for each source.
    private const string Audit = nameof(ServiceOrdering) + ".Audit";

    public ILogger CreateLogger(string categoryName) => new Limited(
        categoryName == QuerylessLog.Category ? new QuerylessLog(log.CreateLogger(categoryName)) : log.CreateLogger(categoryName), categoryName, limit);

    public void AddProvider(ILoggerProvider provider) => log.AddProvider(provider);

    public void Dispose() => log.Dispose();

    private sealed class Limited(ILogger logger, string category, ErrorLogLimit limit) : ILogger
    {
        private readonly bool _isOwn = category.StartsWith(Own, StringComparison.Ordinal) || category == Audit;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var isTold = exception is RpcException { StatusCode: StatusCode.Unavailable };
            if (logLevel < LogLevel.Warning || (_isOwn && !isTold))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
                return;
            }
            if (!IsEnabled(logLevel) || limit.Admit($"{category} {eventId} {exception?.GetType()}") is not { } leftOut)
                return;
            if (isTold || exception is IOException or OperationCanceledException || (exception is not null && logLevel == LogLevel.Warning))
                logger.Log(LogLevel.Warning, eventId, state, null, (told, _) => Line($"{formatter(told, null)}: {Cause(exception!)}", leftOut));
            else
                logger.Log(logLevel, eventId, state, exception, (told, e) => Line(formatter(told, e), leftOut));
        }

        private static string Cause(Exception e) => e is RpcException told ? told.Status.Detail : $"{e.GetType().Name}: {e.Message}";

        private static string Line(string line, int leftOut) => leftOut > 0 ? $"{line} ({leftOut} like it were left out of the log)" : line;
    }
}
