using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>All that a server's log says, of every category and level, with what its lines carry and the scopes that they stand in.</summary>
internal sealed class WholeLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Line)> _lines = new();

    /// <summary>The settings that let everything through.</summary>
    public static (string Key, string Value)[] Settings =>
    [
        ("Logging:LogLevel:Default", "Trace"),
        ("Logging:LogLevel:Microsoft", "Trace"),
        ("Logging:LogLevel:Grpc", "Trace"),
        ("Logging:LogLevel:Grpc.AspNetCore.Server.ServerCallHandler", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", "Trace"),
        ("Logging:Console:LogLevel:Default", "None"),
        ("Logging:Console:LogLevel:Microsoft", "None"),
        ("Logging:Console:LogLevel:Grpc", "None"),
        ("Logging:Console:LogLevel:Grpc.AspNetCore.Server.ServerCallHandler", "None"),
    ];

    public IReadOnlyList<(string Category, string Line)> All => [.. _lines];

    /// <summary>What stands in one category.</summary>
    public IReadOnlyList<string> Of(string category) => [.. _lines.Where(line => line.Category == category).Select(line => line.Line)];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<(string Category, string Line)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            lines.Enqueue((category, Text(state)));
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((category, $"{formatter(state, exception)} {Text(state)} {exception}"));

        private static string Text(object? state) => state is IEnumerable<KeyValuePair<string, object?>> pairs
            ? string.Join(' ', pairs.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")))
            : state?.ToString() ?? "";
    }
}
