using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>
/// Requests that the server takes, those of the file beside this one and those of the project's folder of examples; and what resources look
/// like in answers.
/// </summary>
internal sealed class Examples
{
    private readonly JsonObject _answers = Read("OpenApi/answers.json").AsObject();

    // Name of the method, media type, name of the example; a text is the name of a file.
    private readonly JsonObject _all = Read("OpenApi/examples.json").AsObject();

    /// <summary>All of them: of which method, in which media type, under which name.</summary>
    public IEnumerable<(string Method, string MediaType, string Name, JsonNode Body)> All =>
        from method in _all
        from type in method.Value!.AsObject()
        from example in type.Value!.AsObject()
        select (method.Key, type.Key, example.Key, BodyOf(example.Value!));

    /// <summary>Resources as they are answered, by the names of their messages.</summary>
    public IEnumerable<(string Message, JsonNode Body)> Answers => _answers.Select(answer => (answer.Key, answer.Value!));

    /// <summary>Shows what is answered: the resource, or a list with it.</summary>
    public OpenApiMediaType AddTo(OpenApiMediaType media, FieldDescriptor? body)
    {
        if (body?.FieldType == FieldType.Message && _answers[body.MessageType.FullName] is { } answer)
            media.Example = body.IsRepeated ? new JsonArray(answer.DeepClone()) : answer.DeepClone();
        return media;
    }

    public OpenApiMediaType AddTo(OpenApiMediaType media, MethodDescriptor method, string mediaType)
    {
        foreach (var (_, _, name, body) in All.Where(example => example.Method == method.FullName && example.MediaType == mediaType))
            (media.Examples ??= new Dictionary<string, IOpenApiExample>())[name] = new OpenApiExample { Value = body };
        return media;
    }

    private static JsonNode BodyOf(JsonNode example) => example is JsonValue value && value.TryGetValue<string>(out var file) ? Read(file) : example.DeepClone();

    private static JsonNode Read(string name)
    {
        using var stream = typeof(Examples).Assembly.GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!;
    }
}
