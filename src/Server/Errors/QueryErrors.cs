using ServiceOrdering.Errors.V1;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Errors;

/// <summary>Problems of a query as violations of the request field that holds it.</summary>
internal static class QueryErrors
{
    /// <summary>What a text parses to; where it does not, its problems are added to the violations.</summary>
    public static T Catch<T>(string field, List<FieldViolation> violations, T otherwise, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (QueryException e) when (e.Errors.All(error => error.Kind != QueryErrorKind.NotSupported))
        {
            violations.AddRange(e.Errors.Select(error => RequestFields.Violation(Place(field, error.Parameter), ErrorReason.QueryInvalid, error.Message)));
            return otherwise;
        }
        catch (QueryException e)
        {
            throw ApiErrors.OperationNotSupported(e.Errors.First(error => error.Kind == QueryErrorKind.NotSupported).Message);
        }
    }

    /// <summary>The attributes that an answer shows; read before anything is done, so that a refusal changes nothing.</summary>
    public static FieldSelection ReadFields(string fields, ResourceSchema schema, UnknownAttributes unknown)
    {
        var violations = new List<FieldViolation>();
        var selection = Catch("fields", violations, FieldSelection.All, () => FieldSelection.Parse(fields, schema, unknown));
        return violations.Count > 0 ? throw ApiErrors.RequestInvalid(violations) : selection;
    }

    // A condition is a parameter of its own over REST: filter["orderDate.gt"].
    private static string Place(string field, string parameter) => parameter == field || parameter == "query" ? field : $"{field}[\"{parameter}\"]";
}
