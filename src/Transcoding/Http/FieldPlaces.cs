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
public static partial class FieldPlaces
{
    /// <summary>The JSON Pointer of a field of a message: <c>note[0].text</c> is <c>/note/0/text</c>.</summary>
    public static string ToJsonPointer(MessageDescriptor message, string path) => Pointer(message, Steps().Matches(path));

    /// <summary>
    /// Where a request of the route has the field: <c>service_order.note[0].text</c> is <c>/note/0/text</c>. What starts
    /// with a slash is a JSON Pointer already.
    /// </summary>
    internal static (ViolationPlace Place, string Name) Locate(HttpRoute route, MessageDescriptor message, string path)
    {
        if (path.StartsWith('/'))
        {
            return (ViolationPlace.Body, path);
        }

        if (route.RequestHeaders.FirstOrDefault(header => header.Field.ProtoName == path) is { } header)
        {
            return (ViolationPlace.Header, header.Name);
        }

        if (route.PathFields.ContainsKey(path))
        {
            return (ViolationPlace.Path, path);
        }

        // Into a body that is passed on as it is, services point by themselves.
        if (route is { TakesRawBody: true, BodyField.Descriptor.Name: var raw } && (path == raw || path.StartsWith(raw + "/", StringComparison.Ordinal)))
        {
            return (ViolationPlace.Body, path[raw.Length..]);
        }

        var steps = Steps().Matches(path);
        var pointer = Pointer(message, steps);
        if (route.TakesWholeBody)
        {
            return (ViolationPlace.Body, pointer);
        }

        if (route.BodyField is { } body && steps.Count > 0 && steps[0].Value == body.Descriptor.Name)
        {
            return (ViolationPlace.Body, Pointer(route.TakesRawBody ? null : body.Descriptor.MessageType, steps.Skip(1)));
        }

        // What a raw body changes is the resource that the route answers with.
        if (route is { TakesRawBody: true, ResponseBody.Descriptor: { FieldType: FieldType.Message } resource }
            && steps.Count > 0 && steps[0].Value == resource.Name)
        {
            return (ViolationPlace.Body, Pointer(resource.MessageType, steps.Skip(1)));
        }

        // What follows the query field's own name is the parameter's: filter["orderDate.gt"].
        return route.QueryField is { } query && path.StartsWith(query.ProtoName + "[\"", StringComparison.Ordinal)
            ? (ViolationPlace.Query, path[(query.ProtoName.Length + 2)..].TrimEnd(']', '"'))
            : (ViolationPlace.Query, pointer.TrimStart('/').Replace('/', '.'));
    }

    // A name, or an index or quoted key in brackets.
    [GeneratedRegex("""\[(?:(?<subscript>\d+)|"(?<subscript>[^"]*)")\]|[^.\[\]]+""")]
    private static partial Regex Steps();

    private static string Pointer(MessageDescriptor? message, IEnumerable<Match> steps)
    {
        var pointer = new StringBuilder();
        foreach (var step in steps)
        {
            var isSubscript = step.Groups["subscript"].Success;
            var name = isSubscript ? step.Groups["subscript"].Value : step.Value;
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
    private static MessageDescriptor? Target(FieldDescriptor field, bool areExtensions) =>
        areExtensions || FieldPlan.MessageIn(field) is not { File.Name: not "google/protobuf/struct.proto" } message ? null : message;
}
