using System.Diagnostics.Metrics;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// Where it is reported that an event or a resource cannot be read or told. It fails alone: whoever follows the log goes on
/// behind it. In the log of the server once, however many follow, and ten a minute; all in the metric <c>serviceordering.events.unreadable</c>.
/// </summary>
internal sealed partial class UnreadableEvents(ErrorLogLimit limit, IMeterFactory meters, ILogger<UnreadableEvents> logger)
{
    private readonly Counter<long> _count = meters.Create("ServiceOrdering")
        .CreateCounter<long>("serviceordering.events.unreadable", "{event}", "Events of the log that could not be read or told");

    public void Report(LoggedEvent logged, Exception? cause)
    {
        if (!logged.IsNewsThatItFails())
            return;
        _count.Add(1);
        if (limit.Admit(nameof(Report)) is { } leftOut)
            LogEvent(cause, logged.Type, logged.Id, logged.Position, leftOut);
    }

    public void ReportResource(string resource, string id, Exception cause)
    {
        if (limit.Admit(nameof(ReportResource)) is { } leftOut)
            LogResource(cause, resource, id, leftOut);
    }

    [LoggerMessage(1, LogLevel.Error, "The {Type} {Id} at position {Position} of the log cannot be read; those who follow are told so and go on behind it; {LeftOut} like it were left out of the log")]
    private partial void LogEvent(Exception? cause, string type, string id, long position, int leftOut);

    [LoggerMessage(2, LogLevel.Error, "The {Resource} {Id} cannot be read; a snapshot goes on without it; {LeftOut} like it were left out of the log")]
    private partial void LogResource(Exception cause, string resource, string id, int leftOut);
}
