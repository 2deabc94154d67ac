using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Json;
using Tmf.Rest.V1;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>
/// Services name fields by their paths in the request message; callers over HTTP know a body, a path, a query and headers.
/// </summary>
internal static partial class FieldPlaces
{
    /// <summary>Where a request of the route has the field: <c>service_order.note[0].text</c> is <c>/note/0/text</c>.</summary>
    public static (ViolationPlace Place, string Name) Locate(HttpRoute route, MessageDescriptor message, string path)
    {
        if (route.RequestHeaders.FirstOrDefault(header => header.Field.ProtoName == path) is { } header)
        {
            return (ViolationPlace.Header, header.Name);
        }

        if (route.PathFields.ContainsKey(path))
        {
            return (ViolationPlace.Path, path);
        }

        var steps = Steps().Matches(path);
        var pointer = Pointer(message, steps);
        if (route.TakesWholeBody)
        {
            return (ViolationPlace.Body, pointer);
        }

        if (route.BodyField is { } body && steps.Count > 0 && steps[0].Value == body.Descriptor.Name)
        {
            return (ViolationPlace.Body, Pointer(body.Descriptor.MessageType, steps.Skip(1)));
        }

        // What follows the query field's own name is the parameter's: filter["orderDate.gt"].
        return route.QueryField is { } query && path.StartsWith(query.ProtoName + "[\"", StringComparison.Ordinal)
            ? (ViolationPlace.Query, path[(query.ProtoName.Length + 2)..].TrimEnd(']', '"'))
            : (ViolationPlace.Query, pointer.TrimStart('/').Replace('/', '.'));
    }

    // A name, an index or a quoted key.
    [GeneratedRegex("""(?<=\[")(?:[^"])*(?="\])|(?<=\[)\d+(?=\])|[^.\[\]"]+""")]
    private static partial Regex Steps();

    private static string Pointer(MessageDescriptor? message, IEnumerable<Match> steps)
    {
        var pointer = new StringBuilder();
        foreach (var step in steps)
        {
            var name = step.Value;
            var isSubscript = step.Index > 0 && step.Result("$`").EndsWith('[') || step.Result("$`").EndsWith("[\"", StringComparison.Ordinal);
            if (!isSubscript && message?.FindFieldByName(name) is { } field)
            {
                // Extension members stand beside the known ones.
                var areExtensions = field.GetOptions()?.GetExtension(RestExtensions.Extensions) ?? false;
                message = Target(field, areExtensions);
                if (areExtensions)
                {
                    continue;
                }

                name = FieldPlan.NameInJson(field);
            }

            pointer.Append('/').Append(JsonPlaces.Escape(name));
        }

        return pointer.ToString();
    }

    // Inside JSON of any shape, names are what the sender made them.
    private static MessageDescriptor? Target(FieldDescriptor field, bool areExtensions)
    {
        if (areExtensions || field.FieldType != FieldType.Message)
        {
            return null;
        }

        var value = field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
        return value.FieldType != FieldType.Message || value.MessageType.File.Name == "google/protobuf/struct.proto" ? null : value.MessageType;
    }
}
