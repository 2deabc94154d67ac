using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>
/// The path template of a google.api.http rule: <c>/v1/{name=shelves/*}/books/{id}:archive</c>. <c>*</c> is one segment,
/// <c>**</c> the rest of the path.
/// </summary>
internal sealed class PathTemplate
{
    private const string OneSegment = "*";
    private const string Rest = "**";

    private readonly List<string> _segments = [];
    private readonly List<Variable> _variables = [];
    private readonly string[] _names;
    private readonly string _verb;

    /// <exception cref="FormatException">The text is no path template.</exception>
    public PathTemplate(string text)
    {
        Text = text;
        if (!text.StartsWith('/') || text.Length == 1)
        {
            throw Bad("it has to start with / and go on");
        }

        var end = text.LastIndexOf(':');
        var hasVerb = end > text.LastIndexOf('/') && end > text.LastIndexOf('}');
        _verb = hasVerb ? text[end..] : "";
        ReadSegments(hasVerb ? text[1..end] : text[1..]);
        _names = [.. _segments.Select((_, i) => $"p{i}")];
        if (_segments.IndexOf(Rest) is >= 0 and var rest && rest != _segments.Count - 1)
        {
            throw Bad("only the last segment can be **");
        }
    }

    public string Text { get; }

    /// <summary>Paths of the fields that the path binds.</summary>
    public IEnumerable<string> Fields => _variables.Select(variable => variable.Field);

    /// <summary>The template without names: two templates with the same shape match the same paths.</summary>
    public string Shape => string.Join('/', _segments) + _verb;

    public RoutePattern ToRoutePattern()
    {
        var segments = _segments.Select((segment, i) =>
        {
            var suffix = i == _segments.Count - 1 ? _verb : "";
            return segment switch
            {
                Rest when suffix.Length > 0 =>
                    // A catch-all stands alone in its segment.
                    RoutePatternFactory.Segment(RoutePatternFactory.ParameterPart(
                        _names[i], null, RoutePatternParameterKind.CatchAll, RoutePatternFactory.ParameterPolicy(new EndsWith(suffix)))),
                Rest => RoutePatternFactory.Segment(RoutePatternFactory.ParameterPart(_names[i], null, RoutePatternParameterKind.CatchAll)),
                OneSegment when suffix.Length > 0 =>
                    RoutePatternFactory.Segment(RoutePatternFactory.ParameterPart(_names[i]), RoutePatternFactory.LiteralPart(suffix)),
                OneSegment => RoutePatternFactory.Segment(RoutePatternFactory.ParameterPart(_names[i])),
                _ => RoutePatternFactory.Segment(RoutePatternFactory.LiteralPart(segment + suffix)),
            };
        });
        return RoutePatternFactory.Pattern(Text, segments);
    }

    /// <summary>The fields that the path of a routed request binds, with their percent-decoded values.</summary>
    public IEnumerable<(string Field, string Value)> Bind(HttpRequest request)
    {
        foreach (var variable in _variables)
        {
            var value = variable.Count == 1
                ? Value(request, variable.Start, isAlone: true)
                : string.Join('/', Enumerable.Range(variable.Start, variable.Count).Select(segment => Value(request, segment, isAlone: false)));
            yield return (variable.Field, value);
        }
    }

    private string Value(HttpRequest request, int segment, bool isAlone)
    {
        if (_segments[segment] is not (OneSegment or Rest))
        {
            return _segments[segment];
        }

        var value = request.RouteValues[_names[segment]]?.ToString() ?? "";
        if (_segments[segment] == Rest)
        {
            return segment == _segments.Count - 1 && _verb.Length > 0 ? value[..^_verb.Length] : value;
        }

        // The server leaves %2F alone, as it leaves what came as %252F: only the raw path tells them apart. Within several
        // segments it stays as it is, since a slash would be a separator there.
        return isAlone && value.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? Raw(request, segment) ?? value : value;
    }

    private string? Raw(HttpRequest request, int segment)
    {
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0].TrimEnd('/').Split('/');
        if (_segments[^1] == Rest || path.Length < _segments.Count)
        {
            return null;
        }

        var raw = path[path.Length - _segments.Count + segment];
        var suffix = segment == _segments.Count - 1 ? _verb.Length : 0;
        return raw.Length < suffix ? null : Uri.UnescapeDataString(raw[..^suffix]);
    }

    private void ReadSegments(string text)
    {
        for (var rest = text; rest.Length > 0;)
        {
            if (rest[0] == '{')
            {
                var close = rest.IndexOf('}');
                if (close < 0)
                {
                    throw Bad("a { is not closed");
                }

                ReadVariable(rest[1..close]);
                rest = rest[(close + 1)..];
                if (rest.Length > 0 && rest[0] != '/')
                {
                    throw Bad("a variable has to be followed by /");
                }

                rest = rest.Length > 0 ? rest[1..] : rest;
            }
            else
            {
                var slash = rest.IndexOf('/');
                AddSegment(slash < 0 ? rest : rest[..slash]);
                rest = slash < 0 ? "" : rest[(slash + 1)..];
            }
        }
    }

    private void ReadVariable(string text)
    {
        var parts = text.Split('=', 2);
        var start = _segments.Count;
        foreach (var segment in parts.Length == 1 ? [OneSegment] : parts[1].Split('/'))
        {
            AddSegment(segment);
        }

        _variables.Add(new Variable(parts[0], start, _segments.Count - start));
    }

    private void AddSegment(string segment)
    {
        if (segment.Length == 0 || segment.IndexOfAny(['{', '}']) >= 0)
        {
            throw Bad("a segment is empty or has a brace within it");
        }

        _segments.Add(segment);
    }

    private FormatException Bad(string why) => new($"\"{Text}\" is no path template: {why}.");

    private readonly record struct Variable(string Field, int Start, int Count);

    private sealed class EndsWith(string suffix) : IRouteConstraint
    {
        public bool Match(
            HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            values[routeKey]?.ToString()?.EndsWith(suffix, StringComparison.Ordinal) ?? false;
    }
}
