using Google.Protobuf;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>Fills request fields from the query string.</summary>
internal sealed class QueryBinder
{
    private readonly HttpRoute _route;
    private readonly Dictionary<string, FieldPath> _byName = [];
    private readonly string _allowed;
    private readonly bool _isProtobuf;

    /// <param name="route">The route.</param>
    /// <param name="isProtobuf">Whether values are protobuf's JSON, and what is unknown is passed over.</param>
    public QueryBinder(HttpRoute route, bool isProtobuf = false)
    {
        _route = route;
        _isProtobuf = isProtobuf;
        var fields = route.QueryFields.ToList();
        foreach (var field in fields)
        {
            _byName[field.JsonName] = _byName[field.Descriptor.Name] = route.FindQueryField(field.Descriptor.Name)!;
        }

        foreach (var header in route.RequestHeaders.Where(header => header.Query.Length > 0))
        {
            _byName[header.Query] = header.Field;
        }

        _allowed = fields.Count == 0
            ? "This operation takes no query parameters."
            : $"Allowed are {string.Join(", ", fields.Select(field => field.JsonName))}.";
    }

    /// <summary>Binds what the request's query has; the rest goes to the route's query field as it was sent, or is a violation.</summary>
    public void Bind(string query, IMessage request, List<RestViolation> violations)
    {
        if (query.Length <= 1)
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<string>? rest = null;
        foreach (var pair in query[1..].Split('&'))
        {
            if (pair.Length == 0)
            {
                // Half of the && of an expression that nobody encoded.
                rest?.Add(pair);
                continue;
            }

            var equals = pair.IndexOf('=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (Find(name) is not { } field)
            {
                if (_route.QueryField is not null)
                {
                    (rest ??= []).Add(pair);
                }
                else if (!_isProtobuf)
                {
                    Refuse(name, $"There is no such parameter{NearName.Hint(name, _byName.Keys)} {_allowed}");
                }
            }
            else if (!seen.Add(field.ProtoName) && !field.Field.Descriptor.IsRepeated)
            {
                Refuse(name, "The parameter is given more than once.");
            }
            else if (field.ReadText(Value(field, equals < 0 ? "" : Decode(pair[(equals + 1)..])), request, _isProtobuf ? JsonSource.Protobuf : JsonSource.Request) is { } wrong)
            {
                Refuse(name, wrong);
            }
        }

        if (rest is not null)
        {
            _route.QueryField!.ReadText(string.Join('&', rest), request);
        }

        void Refuse(string name, string message) =>
            violations.Add(RestViolation.Of(ViolationPlace.Query, name, TranscodingFailure.QueryInvalid, message));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    // The + of an offset that was not encoded has become a blank.
    private static string Value(FieldPath field, string text) =>
        field.Field.Descriptor.FieldType == Google.Protobuf.Reflection.FieldType.Message ? text.Replace(' ', '+') : text;

    private FieldPath? Find(string name) =>
        _byName.TryGetValue(name, out var field) ? field : name.Contains('.') ? _route.FindQueryField(name) : null;
}
