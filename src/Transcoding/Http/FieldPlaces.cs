using Google.Protobuf.Reflection;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>
/// Services name fields by their paths in the request message; callers over HTTP know a body, a path, a query and headers.
/// </summary>
internal static class FieldPlaces
{
    /// <summary>
    /// Where a request of the route has the field: <c>service_order.note[0].text</c> is <c>/note/0/text</c>. What starts
    /// with a slash is a JSON Pointer already.
    /// </summary>
    public static (ViolationPlace Place, string Name) Locate(HttpRoute route, MessageDescriptor message, string path)
    {
        if (path.StartsWith('/'))
            return (ViolationPlace.Body, path);
        if (route.RequestHeaders.FirstOrDefault(header => header.Field.ProtoName == path) is { } header)
            return (ViolationPlace.Header, header.Name);
        if (route.PathFields.ContainsKey(path))
            return (ViolationPlace.Path, path);

        // Into a body that is passed on as it is, services point by themselves.
        if (route is { TakesRawBody: true, BodyField.Descriptor.Name: var raw } && (path == raw || path.StartsWith(raw + "/", StringComparison.Ordinal)))
            return (ViolationPlace.Body, path[raw.Length..]);
        if (route.TakesWholeBody)
            return (ViolationPlace.Body, FieldPointer.Of(message, path));

        var end = path.AsSpan().IndexOfAny('.', '[');
        var (first, rest) = end < 0 ? (path, "") : (path[..end], path[end..].TrimStart('.'));
        if (route.BodyField is { } body && first == body.Descriptor.Name)
            return (ViolationPlace.Body, FieldPointer.Of(route.TakesRawBody ? null : body.Descriptor.MessageType, rest));

        // What a raw body changes is the resource that the route answers with.
        if (route is { TakesRawBody: true, ResponseBody.Descriptor: { FieldType: FieldType.Message } resource } && first == resource.Name)
            return (ViolationPlace.Body, FieldPointer.Of(resource.MessageType, rest));

        // What follows the query field's own name is the parameter's: filter["orderDate.gt"].
        return route.QueryField is { } query && path.StartsWith(query.ProtoName + "[\"", StringComparison.Ordinal)
            ? (ViolationPlace.Query, path[(query.ProtoName.Length + 2)..].TrimEnd(']', '"'))
            : (ViolationPlace.Query, FieldPointer.Of(message, path).TrimStart('/').Replace('/', '.'));
    }
}
