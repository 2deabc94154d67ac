using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>The variables of a route. Each is one segment of the path, and is named as the field that it fills.</summary>
internal sealed class PathVariables(RoutePattern pattern)
{
    public IEnumerable<string> Names => pattern.Parameters.Select(parameter => parameter.Name);

    /// <summary>Literal segments, in order; null where a segment is a variable.</summary>
    public IEnumerable<string?> Literals => pattern.PathSegments.Select(segment => (segment.Parts[0] as RoutePatternLiteralPart)?.Content);

    /// <summary>The route without the names of its variables: two routes with the same shape match the same paths.</summary>
    public static string ShapeOf(RoutePattern pattern) => string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart { IsCatchAll: true } => "{**}",
        _ => "{*}",
    }))));

    /// <summary>The value that a routed request has for a variable, percent-decoded.</summary>
    public string Value(HttpRequest request, string name)
    {
        var value = request.RouteValues[name]?.ToString() ?? "";
        // The server leaves %2F alone, as it leaves what came as %252F: only the raw path tells them apart.
        return value.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? Raw(request, name) ?? value : value;
    }

    private string? Raw(HttpRequest request, string name)
    {
        var path = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0].TrimEnd('/').Split('/');
        var segments = pattern.PathSegments.ToList();
        var index = segments.FindIndex(segment => segment.Parts.OfType<RoutePatternParameterPart>().Any(parameter => parameter.Name == name));
        if (path.Length < segments.Count)
            return null;
        var raw = path[path.Length - segments.Count + index];
        var suffix = segments[index].Parts.OfType<RoutePatternLiteralPart>().Sum(literal => literal.Content.Length);
        return raw.Length < suffix ? null : Uri.UnescapeDataString(raw[..^suffix]);
    }
}
