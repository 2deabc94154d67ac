using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding;

/// <summary>Limits of transcoding, and the shapes of its errors.</summary>
public sealed class TmfJsonOptions
{
    private readonly List<ErrorDialect> _dialects = [];

    /// <summary>
    /// Most bytes of a request body; what is larger is answered with 413. Default: 4 MiB, as much as a gRPC message may
    /// have. Nesting is limited to 64 levels.
    /// </summary>
    public long MaxRequestBodySize { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// After how long a silence a server stream over HTTP says that it is alive: a comment line of Server-Sent Events, an empty
    /// line of newline-delimited JSON. Proxies tend to close what is silent for a minute. Default: 15 seconds.
    /// </summary>
    public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(15);

    internal IReadOnlyList<ErrorDialect> Dialects => _dialects;

    /// <summary>
    /// Sets the shape of errors of all routes under the prefix, unknown routes included (see
    /// <see cref="TmfJsonExtensions.UseTmfJsonErrors"/>). Of several that fit a path the longest counts. Errors of
    /// other routes have the shape of google.rpc.Status.
    /// </summary>
    /// <param name="prefix">Start of the path: <c>/tmf-api</c>.</param>
    /// <param name="writeBody">Writes the body: one JSON value. It is told the HTTP status that goes with it.</param>
    /// <param name="httpStatus">Chooses the HTTP status. Default: <see cref="RestError.HttpStatus"/>.</param>
    public void Errors(PathString prefix, Action<Utf8JsonWriter, RestError> writeBody, Func<RestError, int>? httpStatus = null)
    {
        ArgumentNullException.ThrowIfNull(writeBody);
        _dialects.Add(new ErrorDialect(prefix, writeBody, httpStatus ?? (error => error.HttpStatus)));
        _dialects.Sort((one, other) => other.Prefix.Value!.Length.CompareTo(one.Prefix.Value!.Length));
    }
}

/// <summary>The shape of errors under a route prefix.</summary>
internal sealed record ErrorDialect(PathString Prefix, Action<Utf8JsonWriter, RestError> WriteBody, Func<RestError, int> HttpStatus);
