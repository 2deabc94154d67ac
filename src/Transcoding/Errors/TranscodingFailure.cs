namespace ServiceOrdering.Transcoding.Errors;

/// <summary>Every reason for which transcoding itself refuses a request, or a part of it.</summary>
public enum TranscodingFailure
{
    /// <summary>Something that was not foreseen; the log has the cause.</summary>
    Internal,

    /// <summary>The path leads to no route.</summary>
    RouteNotFound,

    /// <summary>The route does not know the HTTP method; <c>Allow</c> lists those that it knows.</summary>
    MethodNotAllowed,

    /// <summary>The body's media type or charset is not one that the operation reads.</summary>
    MediaTypeNotSupported,

    /// <summary>The body is larger than <see cref="TmfJsonOptions.MaxRequestBodySize"/>.</summary>
    RequestTooLarge,

    /// <summary>The operation needs a body and there is none.</summary>
    BodyMissing,

    /// <summary>The body is not JSON, not UTF-8, nested too deep, or has a member twice.</summary>
    BodyMalformed,

    /// <summary>Fields are refused; the violations name each with its own reason.</summary>
    RequestInvalid,

    /// <summary>A violation: the field's value is of the wrong type or outside what is allowed.</summary>
    FieldInvalid,

    /// <summary>A violation: a required field is missing.</summary>
    FieldMissing,

    /// <summary>A violation: the server alone sets the field, and the caller asked for strict handling.</summary>
    FieldReadOnly,

    /// <summary>A violation: the query parameter is unknown, malformed or given twice.</summary>
    QueryInvalid,

    /// <summary>A violation: the header's value is malformed.</summary>
    HeaderInvalid,

    /// <summary>The request's host is none that the server answers for.</summary>
    HostNotAllowed,

    /// <summary>The request comes from a page of an origin that may not use the server.</summary>
    OriginNotAllowed,

    /// <summary>The body did not come in time.</summary>
    RequestTimeout,

    /// <summary>Path and query are longer than allowed.</summary>
    UriTooLong,

    /// <summary>The headers are larger than allowed.</summary>
    HeadersTooLarge,

    /// <summary>The range that is asked for begins behind the last item; <c>Content-Range</c> says how many there are.</summary>
    RangeNotSatisfiable,
}
