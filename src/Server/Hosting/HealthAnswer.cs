using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What a probe is answered: the status, each check with what it says, the version. Causes are for the log.</summary>
internal static class HealthAnswer
{
    public static async Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("status", report.Status.ToString());
        writer.WriteString("version", ServerVersion.Text);
        writer.WriteStartArray("checks");
        foreach (var (name, entry) in report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("status", entry.Status.ToString());
            writer.WriteString("description", entry.Description);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
