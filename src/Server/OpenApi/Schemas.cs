using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using ServiceOrdering.Json;
using Tmf.Rest.V1;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>How a body is written: TM Forum's JSON, or protobuf's own.</summary>
internal enum JsonStyle
{
    Tmf,
    Protobuf,
}

/// <summary>Which members a body has: all; those that its creation may set; those that a change may.</summary>
internal enum BodyForm
{
    Whole,
    Create,
    Update,
}

/// <summary>The schemas of one document: each message and enum once, under the name that the standards' documents give them.</summary>
internal sealed class Schemas(OpenApiDocument document, Comments comments)
{
    private readonly Dictionary<(IDescriptor, JsonStyle, BodyForm), string> _names = [];

    /// <summary>The schema of a message, by reference where it has one of its own.</summary>
    public IOpenApiSchema Of(MessageDescriptor message, JsonStyle style = JsonStyle.Tmf, BodyForm form = BodyForm.Whole)
    {
        if (WellKnown(message, style) is { } known)
            return known;
        if (style == JsonStyle.Protobuf || !HasForm(message, form))
            form = BodyForm.Whole;
        return Reference(message, style, form, () => style == JsonStyle.Tmf && MessagePlan.Of(message).IsOneMember ? OneOf(message) : Object(message, style, form));
    }

    /// <summary>The schema of a field.</summary>
    public IOpenApiSchema Of(FieldDescriptor field, JsonStyle style)
    {
        if (field.IsMap)
        {
            var value = field.MessageType.FindFieldByNumber(2);
            return new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Value(value, style) };
        }
        return field.IsRepeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = Value(field, style) } : Value(field, style);
    }

    /// <summary>A schema that no message stands for.</summary>
    public IOpenApiSchema Named(string name, Func<OpenApiSchema> make)
    {
        if (document.Components?.Schemas?.ContainsKey(name) != true)
            document.AddComponent<IOpenApiSchema>(name, make());
        return new OpenApiSchemaReference(name, document);
    }

    /// <summary>The schema of a message as an object, without some of its fields.</summary>
    public OpenApiSchema Object(MessageDescriptor message, JsonStyle style, BodyForm form = BodyForm.Whole, IReadOnlyList<FieldDescriptor>? without = null)
    {
        var fields = style == JsonStyle.Tmf ? MessagePlan.Of(message).Fields.Select(field => field.Descriptor) : message.Fields.InDeclarationOrder();
        var shown = fields.Except(without ?? []).Where(field => style == JsonStyle.Protobuf || IsIn(field, form)).ToList();
        // Of a resource, as opposed to what creates it, `fields` and events show a part.
        var isPart = form == BodyForm.Update || (form == BodyForm.Whole && message.FindFieldByName("href") is { } href && IsReadOnly(href));
        var required = isPart ? [] : shown.Where(FieldRules.IsRequired).Select(field => field.JsonName).ToHashSet();
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = comments.InJson(message) + (form == BodyForm.Update ? " A member that is null is removed." : ""),
            Properties = shown.ToDictionary(FieldPlan.NameInJson, field => Property(field, style, form)),
            Required = required.Count > 0 ? required : null,
            // What is unknown is kept.
            AdditionalProperties = style == JsonStyle.Tmf && HasExtensions(message) ? new OpenApiSchema() : null,
        };
    }

    private OpenApiSchema OneOf(MessageDescriptor message) => new()
    {
        Description = comments.InJson(message),
        AnyOf = [.. message.Oneofs[0].Fields.Select(member => Value(member, JsonStyle.Tmf))],
    };

    private IOpenApiSchema Property(FieldDescriptor field, JsonStyle style, BodyForm form)
    {
        var schema = Of(field, style);
        var description = Description(field, style);
        var isReadOnly = form == BodyForm.Whole && IsReadOnly(field);
        if (style == JsonStyle.Tmf && FieldRules.AbsentForm(field) == Absent.Null)
            schema = OrNull(schema);
        switch (schema)
        {
            case OpenApiSchemaReference reference:
                reference.Description = description;
                // Only what is so is said.
                if (isReadOnly)
                    reference.ReadOnly = true;
                break;
            case OpenApiSchema inline:
                inline.Description = description;
                inline.ReadOnly = isReadOnly;
                inline.MaxLength = FieldRules.MaxBytes(field);
                break;
        }
        return schema;
    }

    private string Description(FieldDescriptor field, JsonStyle style)
    {
        var text = comments.InJson(field);
        if (FieldRules.MaxBytes(field) is { } bytes)
            text += $" At most {bytes} bytes of UTF-8.";
        if (style == JsonStyle.Tmf && FieldRules.RequiredIn(field) is { Count: > 0 } classes)
            text += $" Required in {string.Join(", ", classes)}.";
        return text.Trim();
    }

    private static OpenApiSchema OrNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema { Type: { } type } inline)
            return new OpenApiSchema { AnyOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Null }] };
        inline.Type = type | JsonSchemaType.Null;
        return inline;
    }

    private IOpenApiSchema Value(FieldDescriptor field, JsonStyle style) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => Of(field.MessageType, style),
        FieldType.Enum => Reference(field.EnumType, style, BodyForm.Whole, () => Enum(field.EnumType, style)),
        FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        FieldType.String => new OpenApiSchema { Type = JsonSchemaType.String },
        FieldType.Bytes => Text("byte"),
        FieldType.Double => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
        FieldType.Float => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" },
        FieldType.Int64 or FieldType.UInt64 or FieldType.SInt64 or FieldType.Fixed64 or FieldType.SFixed64 =>
            // Many parsers of JSON keep 53 bits.
            style == JsonStyle.Tmf ? Text("int64") : new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
        _ => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
    };

    private OpenApiSchema Enum(EnumDescriptor type, JsonStyle style)
    {
        var values = type.Values.Where(value => style == JsonStyle.Protobuf || !EnumNames.IsUnspecified(value))
            .Select(value => (Name: style == JsonStyle.Protobuf ? value.Name : EnumNames.Json(value.Name, type.Name), Said: comments.InJson(value)))
            .ToList();
        var lines = values.Where(value => value.Said.Length > 0).Select(value => $"- `{value.Name}`: {value.Said.Replace("\n\n", " ", StringComparison.Ordinal)}");
        return new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = $"{comments.InJson(type)}\n\n{string.Join('\n', lines)}".Trim(),
            Enum = [.. values.Select(value => (JsonNode)value.Name)],
        };
    }

    // Of a name that two share, the second has the version of its package, and what is in protobuf's JSON says so.
    private OpenApiSchemaReference Reference(IDescriptor declared, JsonStyle style, BodyForm form, Func<OpenApiSchema> make)
    {
        if (!_names.TryGetValue((declared, style, form), out var name))
        {
            var suffix = form == BodyForm.Whole ? "" : $"_{form}";
            var version = declared.File.Package.Split('.')[^1].ToUpperInvariant();
            var own = declared.Name + suffix;
            var isOthers = style == JsonStyle.Protobuf && !declared.File.Package.StartsWith("serviceordering.", StringComparison.Ordinal);
            string[] names = isOthers ? [$"{own}.protobuf", $"{own}{version}.protobuf"] : [own, $"{own}{version}", $"{own}{version}.protobuf"];
            name = names.First(free => !_names.ContainsValue(free));
            // Before it is made: a message may hold itself.
            _names[(declared, style, form)] = name;
            document.AddComponent<IOpenApiSchema>(name, make());
        }
        return new OpenApiSchemaReference(name, document);
    }

    private static OpenApiSchema? WellKnown(MessageDescriptor message, JsonStyle style) => message.FullName switch
    {
        "google.protobuf.Timestamp" => Text("date-time"),
        "google.protobuf.Duration" => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = @"^-?\d+(\.\d{1,9})?s$", Examples = ["30s"] },
        "google.protobuf.FieldMask" => new OpenApiSchema { Type = JsonSchemaType.String },
        "google.protobuf.Struct" => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() },
        "google.protobuf.ListValue" => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() },
        "google.protobuf.Value" => new OpenApiSchema(),
        var name when name.StartsWith("google.", StringComparison.Ordinal) => throw new NotSupportedException($"{name} has no schema for {style} yet."),
        _ => null,
    };

    private static OpenApiSchema Text(string format) => new() { Type = JsonSchemaType.String, Format = format };

    private static bool HasExtensions(MessageDescriptor message) =>
        message.Fields.InDeclarationOrder().Any(field => field.GetOptions()?.GetExtension(RestExtensions.Extensions) ?? false);

    // Only what some request may not set differs from what is read.
    private static bool HasForm(MessageDescriptor message, BodyForm form) => form != BodyForm.Whole
        && message.Fields.InDeclarationOrder().Any(field => !IsIn(field, form));

    private static bool IsIn(FieldDescriptor field, BodyForm form) => form switch
    {
        BodyForm.Create => FieldRules.IsSettable(field, Phase.Creation),
        BodyForm.Update => FieldRules.IsSettable(field, Phase.Change),
        _ => true,
    };

    private static bool IsReadOnly(FieldDescriptor field) =>
        !FieldRules.IsSettable(field, Phase.Creation) && !FieldRules.IsSettable(field, Phase.Change) && !FieldRules.IsSettable(field, Phase.Final);
}
