using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Query;

/// <summary>
/// The attributes to show: <c>fields=state,serviceOrderItem.id</c>. The resource's <c>id</c>, <c>href</c> and
/// <c>@type</c> always stay, of nested objects only what is named. Names that do not exist select nothing.
/// </summary>
public sealed class FieldSelection
{
    private const string Parameter = "fields";

    // Null: everything under this name.
    private readonly Dictionary<string, FieldSelection>? _members;

    private FieldSelection(Dictionary<string, FieldSelection>? members)
    {
        _members = members;
    }

    /// <summary>Everything.</summary>
    public static FieldSelection All { get; } = new(null);

    /// <summary>Whether nothing is left out.</summary>
    public bool IsAll => _members is null;

    /// <summary>
    /// Parses a text that is already percent-decoded. Blanks around names are dropped; <c>none</c> selects only what
    /// always stays; a path may be JSONPath that is nothing but names (<c>$.note[*].text</c>). A null or empty text is
    /// <see cref="All"/>.
    /// </summary>
    /// <exception cref="QueryException">
    /// The text is longer, or a path deeper, than allowed; JSONPath is not valid or asks for more than names; a name is no
    /// attribute, where that is refused.
    /// </exception>
    public static FieldSelection Parse(string? fields, ResourceSchema schema, UnknownAttributes unknown = UnknownAttributes.MatchNothing)
    {
        if (string.IsNullOrWhiteSpace(fields))
        {
            return All;
        }

        QueryLimits.CheckText(fields, Parameter);
        var errors = new List<QueryError>();
        var isWhole = false;
        var members = new Dictionary<string, FieldSelection>(StringComparer.Ordinal) { ["id"] = All, ["href"] = All, ["@type"] = All };
        foreach (var path in PlainPath.Split(fields).Select(path => path.Trim()).Where(path => path.Length > 0 && path != "none"))
        {
            try
            {
                var isJsonPath = PlainPath.IsJsonPath(path);
                var names = isJsonPath
                    ? PlainPath.Names(path, Parameter, schema)
                    : [.. path.Split('.', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
                isWhole |= isJsonPath && names.Count == 0;
                if (names.Count > QueryLimits.Depth)
                {
                    errors.Add(new QueryError(QueryErrorKind.TooLarge, Parameter, $"A path is more than {QueryLimits.Depth} names deep."));
                }
                else if (unknown == UnknownAttributes.Refuse && schema.Scope.Resolve(names).Unknown is { } stranger)
                {
                    errors.Add(stranger.ToError(Parameter, position: null));
                }
                else
                {
                    Add(members, names.ToArray());
                }
            }
            catch (QueryException e)
            {
                errors.AddRange(e.Errors);
            }
        }

        return errors.Count > 0 ? throw new QueryException(errors) : isWhole ? All : new FieldSelection(members);
    }

    /// <summary>Removes from the message, in place, what is not selected. Extension members are selected by their names.</summary>
    public void Apply(IMessage message)
    {
        if (_members is null)
        {
            return;
        }

        var schema = ResourceSchema.For(message.Descriptor);
        foreach (var attribute in schema.Attributes)
        {
            if (!_members.TryGetValue(attribute.Field.JsonName, out var selection))
            {
                Clear(attribute.Field, message);
            }
            else if (!selection.IsAll && attribute.Type is AttributeType.Object or AttributeType.Any && !attribute.Field.IsMap)
            {
                selection.ApplyWithin(attribute.Field.Accessor.GetValue(message));
            }
        }

        if (schema.Extensions?.Accessor.GetValue(message) is Struct extensions)
        {
            Prune(extensions);
            if (extensions.Fields.Count == 0)
            {
                schema.Extensions.Accessor.Clear(message);
            }
        }
    }

    // Clearing any field of a oneof clears the one that is set.
    private static void Clear(FieldDescriptor field, IMessage message)
    {
        if (field.RealContainingOneof is not { } oneof || oneof.Accessor.GetCaseFieldDescriptor(message) == field)
        {
            field.Accessor.Clear(message);
        }
    }

    // A whole attribute wins over parts of it, whichever comes first.
    private static void Add(Dictionary<string, FieldSelection> members, ReadOnlySpan<string> names)
    {
        if (names.IsEmpty)
        {
            return;
        }

        if (names.Length == 1)
        {
            members[names[0]] = All;
            return;
        }

        if (!members.TryGetValue(names[0], out var selection))
        {
            members[names[0]] = selection = new FieldSelection(new(StringComparer.Ordinal));
        }

        if (selection._members is { } inner)
        {
            Add(inner, names[1..]);
        }
    }

    private void ApplyWithin(object? value)
    {
        switch (value)
        {
            case Struct members:
                Prune(members);
                break;
            case Value { KindCase: Value.KindOneofCase.StructValue } json:
                Prune(json.StructValue);
                break;
            case Value { KindCase: Value.KindOneofCase.ListValue } json:
                ApplyWithin(json.ListValue.Values);
                break;
            case ListValue list:
                ApplyWithin(list.Values);
                break;
            case Value or Any:
                break;
            case IMessage message:
                Apply(message);
                break;
            case IEnumerable elements:
                foreach (var element in elements)
                {
                    ApplyWithin(element);
                }

                break;
        }
    }

    private void Prune(Struct members)
    {
        foreach (var (name, value) in members.Fields.ToList())
        {
            if (!_members!.TryGetValue(name, out var selection))
            {
                members.Fields.Remove(name);
            }
            else if (!selection.IsAll)
            {
                selection.ApplyWithin(value);
            }
        }
    }
}
