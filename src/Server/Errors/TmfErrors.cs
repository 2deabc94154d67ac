using System.Text.Json;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.Errors;

/// <summary>Errors in the shape of TM Forum's APIs, with every violation beside the standard's members.</summary>
internal static class TmfErrors
{
    public static void AddTmfErrors(this TmfJsonOptions options, string prefix) => options.Errors(prefix, Write, Status);

    private static int Status(RestError error) => ErrorTable.Of(ErrorTable.Parse(error.Reason)).HttpStatus;

    private static void Write(Utf8JsonWriter writer, RestError error)
    {
        var (code, title) = CodeAndTitle(error);
        writer.WriteStartObject();
        writer.WriteString("code", code);
        writer.WriteString("reason", title);
        writer.WriteString("message", Message(error));
        writer.WriteString("status", Status(error).ToString());
        if (error.Metadata.TryGetValue("traceId", out var traceId))
            writer.WriteString("traceId", traceId);
        if (error.Violations.Count > 0)
        {
            writer.WriteStartArray("errors");
            foreach (var violation in error.Violations)
            {
                writer.WriteStartObject();
                writer.WriteString("path", violation.Name);
                writer.WriteString("reason", violation.Reason);
                writer.WriteString("message", violation.Message);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            if (error.MoreViolations > 0)
                writer.WriteNumber("moreErrors", error.MoreViolations);
        }
        writer.WriteString("@type", "Error");
        writer.WriteEndObject();
    }

    // The violations name fields of the request message where the error came from a service, and places of the HTTP request here.
    private static string Message(RestError error)
    {
        const int Named = 3;
        if (error.Violations.Count == 0)
            return error.Message;
        var first = error.Violations.Take(Named).Select(violation => violation.Name.Length == 0 ? violation.Message : $"{violation.Name}: {violation.Message}");
        var rest = Math.Max(0, error.Violations.Count - Named) + error.MoreViolations;
        var more = rest > 0 ? $" And {rest} more." : "";
        return string.Join(" ", first) + more;
    }

    /// <summary>A request whose violations are all of one kind has that kind's code; a mixed one is just invalid.</summary>
    private static (string Code, string Title) CodeAndTitle(RestError error)
    {
        var reason = ErrorTable.Parse(error.Reason);
        var violated = error.Violations.Select(violation => violation.Reason).Distinct().ToList();
        var told = ErrorTable.Of(reason == ErrorReason.RequestInvalid && violated.Count == 1 ? ErrorTable.Parse(violated[0]) : reason);
        return (told.Code, told.Title);
    }
}
