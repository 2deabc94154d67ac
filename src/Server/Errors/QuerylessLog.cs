namespace ServiceOrdering.Server.Errors;

/// <summary>The host's lines about requests, without what follows the question mark: callers put keys there that are nobody's business.</summary>
internal sealed class QuerylessLog(ILogger logger) : ILogger
{
    /// <summary>The category whose lines have a query.</summary>
    public const string Category = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private const string Query = "QueryString";
    private const string InItsPlace = "?...";
    private const string AfterIt = " - ";

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values || !values.Any(value => value is { Key: Query, Value: not null and not "" }))
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
            return;
        }
        var kept = values.Select(value => value.Key == Query ? new(Query, InItsPlace) : value).ToList();
        logger.Log(logLevel, eventId, kept, exception, (_, e) => Without(formatter(state, e)));
    }

    private static string Without(string line)
    {
        var start = line.IndexOf('?', StringComparison.Ordinal);
        if (start < 0)
            return line;
        var end = line.IndexOf(AfterIt, start, StringComparison.Ordinal);
        return line[..start] + InItsPlace + (end < 0 ? "" : line[end..]);
    }
}
