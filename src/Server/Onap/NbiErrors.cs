using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.Onap;

/// <summary>Errors in the shape of ONAP's NBI: the members of its documents, null where there is nothing, and every violation beside them.</summary>
internal static class NbiErrors
{
    public static void AddNbiErrors(this TmfJsonOptions options, ErrorDocumentation documentation)
    {
        options.Errors(Targets.BaseOf("v3"), (writer, error) => Write(writer, error, documentation, hasClass: true), TmfErrors.Status);
        options.Errors(Targets.BaseOf("v4"), (writer, error) => Write(writer, error, documentation, hasClass: false), TmfErrors.Status);
    }

    private static void Write(Utf8JsonWriter writer, RestError error, ErrorDocumentation documentation, bool hasClass)
    {
        var (reason, code, title) = TmfErrors.Explanation(error);
        var status = TmfErrors.Status(error);
        writer.WriteStartObject();
        writer.WriteNumber("code", int.Parse(code, CultureInfo.InvariantCulture));
        writer.WriteString("reason", title);
        writer.WriteString("message", ReasonPhrases.GetReasonPhrase(status));
        writer.WriteString("status", status.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("referenceError", documentation.Of(reason));
        writer.WriteString("description", TmfErrors.Message(error));
        writer.WriteNull("infoURL");
        TmfErrors.WriteDetails(writer, error);
        if (hasClass)
        {
            writer.WriteNull("@type");
            writer.WriteNull("@schemaLocation");
        }
        writer.WriteEndObject();
    }
}
