namespace ServiceOrdering.Query;

/// <summary>What is wrong with a query. The caller maps it to a status: NotSupported to 501, the rest to 400.</summary>
public enum QueryErrorKind
{
    /// <summary>The text does not follow the grammar.</summary>
    BadSyntax,

    /// <summary>The operator does not exist, or not for this type of attribute.</summary>
    BadOperator,

    /// <summary>The value does not fit the type of the attribute.</summary>
    BadValue,

    /// <summary>One of <see cref="QueryLimits"/> is exceeded.</summary>
    TooLarge,

    /// <summary>A name is no attribute, where that is refused.</summary>
    UnknownAttribute,

    /// <summary>A part of the standard, or valid JSONPath, that this library does not evaluate.</summary>
    NotSupported,
}

/// <summary>One problem of a query.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Parameter">The attribute as sent (flat grammar), or <c>filter</c>, <c>sort</c>, <c>fields</c>.</param>
/// <param name="Message">What is wrong and what is allowed; fit to be shown to the client.</param>
/// <param name="Position">Index into the text as it was given, where one place is to blame.</param>
public sealed record QueryError(QueryErrorKind Kind, string Parameter, string Message, int? Position = null);

/// <summary>A query that cannot be answered, with all its problems at once.</summary>
public sealed class QueryException : Exception
{
    /// <summary>Creates the exception for at least one problem.</summary>
    public QueryException(IReadOnlyList<QueryError> errors)
        : base(string.Join(' ', errors.Select(error => error.Message)))
    {
        Errors = errors;
    }

    internal QueryException(QueryErrorKind kind, string parameter, string message, int? position = null)
        : this([new QueryError(kind, parameter, message, position)])
    {
    }

    /// <summary>The problems, in the order of the text. Never empty.</summary>
    public IReadOnlyList<QueryError> Errors { get; }
}
