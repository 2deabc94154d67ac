using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Errors;

/// <summary>Answers a request with an error in the shape that the route's prefix asks for.</summary>
internal sealed class ErrorAnswer(IOptions<TmfJsonOptions> options)
{
    private const int MostViolations = 100;

    private static readonly ErrorDialect Default = new("", WriteStatus, error => error.HttpStatus);

    public ErrorDialect? Dialect(PathString path) => options.Value.Dialects.FirstOrDefault(dialect => path.StartsWithSegments(dialect.Prefix));

    public async Task WriteAsync(HttpContext context, RestError error)
    {
        (var dialect, error) = Complete(context, error);

        var response = context.Response;
        response.StatusCode = error.HttpStatus;
        response.ContentType = ResponseWriter.JsonType;
        // An answer that begins anew has lost it.
        response.Headers.XContentTypeOptions = "nosniff";
        foreach (var (name, value) in error.Headers)
        {
            response.Headers[name] = HeaderText.Escape(value);
        }

        using var buffer = new RecycledBuffer();
        WriteBody(dialect, error, buffer);
        response.ContentLength = buffer.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(buffer.Written, context.RequestAborted);
        }
    }

    /// <summary>Writes only the body, for an answer that has begun.</summary>
    public void WriteBody(HttpContext context, RestError error, IBufferWriter<byte> output)
    {
        (var dialect, error) = Complete(context, error);
        WriteBody(dialect, error, output);
    }

    private (ErrorDialect Dialect, RestError Error) Complete(HttpContext context, RestError error)
    {
        var dialect = Dialect(context.Request.Path) ?? Default;
        if (error.Violations.Count > MostViolations)
        {
            error = error with
            {
                Violations = [.. error.Violations.Take(MostViolations)],
                MoreViolations = error.MoreViolations + error.Violations.Count - MostViolations,
            };
        }

        error = error with { TraceId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier };
        return (dialect, error with { HttpStatus = dialect.HttpStatus(error) });
    }

    private static void WriteBody(ErrorDialect dialect, RestError error, IBufferWriter<byte> output)
    {
        var writer = JsonFormat.Rent(output);
        dialect.WriteBody(writer, error);
        JsonFormat.Return(writer);
    }

    private static void WriteStatus(Utf8JsonWriter writer, RestError error)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code", (int)error.GrpcStatus);
        writer.WriteString("message", error.Message);
        writer.WriteString("reason", error.Reason);
        if (error.Violations.Count > 0)
        {
            writer.WriteStartArray("violations");
            foreach (var violation in error.Violations)
            {
                writer.WriteStartObject();
                writer.WriteString(JsonNamingPolicy.CamelCase.ConvertName(violation.Place.ToString()), violation.Name);
                writer.WriteString("reason", violation.Reason);
                writer.WriteString("message", violation.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (error.MoreViolations > 0)
            {
                writer.WriteNumber("moreViolations", error.MoreViolations);
            }
        }

        writer.WriteEndObject();
    }
}
