using System.Text.Json;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.Errors;

/// <summary>Errors in the shape of TM Forum's APIs, with every violation beside the standard's members.</summary>
internal static class TmfErrors
{
    /// <param name="options">Where the shape is added.</param>
    /// <param name="prefix">The routes that it is for.</param>
    /// <param name="documentation">Where the reasons are explained.</param>
    public static void AddTmfErrors(this TmfJsonOptions options, string prefix, ErrorDocumentation documentation) =>
        options.Errors(prefix, (writer, error) => Write(writer, error, documentation), Status);

    /// <summary>The status that the error's reason has.</summary>
    public static int Status(RestError error) => ErrorTable.Of(ErrorTable.Parse(error.Reason)).HttpStatus;

    private static void Write(Utf8JsonWriter writer, RestError error, ErrorDocumentation documentation)
    {
        var (reason, code, title) = Explanation(error);
        writer.WriteStartObject();
        writer.WriteString("code", code);
        writer.WriteString("reason", title);
        writer.WriteString("message", Message(error));
        writer.WriteString("status", Status(error).ToString());
        if (documentation.Of(reason) is { } reference)
            writer.WriteString("referenceError", reference);
        WriteDetails(writer, error);
        writer.WriteString("@type", "Error");
        writer.WriteEndObject();
    }

    /// <summary>Writes what stands beside the standard's members: every violation, and where the log says more.</summary>
    public static void WriteDetails(Utf8JsonWriter writer, RestError error)
    {
        if (error.Metadata.TryGetValue("traceId", out var traceId))
            writer.WriteString("traceId", traceId);
        if (error.Violations.Count == 0)
            return;
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

    /// <summary>
    /// What is wrong, for people. The violations name fields of the request message where the error came from a service, and places of
    /// the HTTP request here.
    /// </summary>
    public static string Message(RestError error)
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
    public static (string Reason, string Code, string Title) Explanation(RestError error)
    {
        var reason = ErrorTable.Parse(error.Reason);
        var violated = error.Violations.Select(violation => violation.Reason).Distinct().ToList();
        if (reason == ErrorReason.RequestInvalid && violated.Count == 1)
            reason = ErrorTable.Parse(violated[0]);
        return (ErrorTable.NameOf(reason), ErrorTable.Of(reason).Code, ErrorTable.Of(reason).Title);
    }
}
