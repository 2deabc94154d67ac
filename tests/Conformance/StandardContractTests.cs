using Google.Api;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;
using Tmf.Rest.V1;

namespace Conformance;

/// <summary>Holds the messages against the facts of the standards: everything of them is there, and nothing else.</summary>
public class StandardContractTests
{
    private static readonly Dictionary<string, int> MetaAttributes = new()
    {
        ["@baseType"] = 101,
        ["@schemaLocation"] = 102,
        ["@type"] = 103,
        ["@referredType"] = 104,
    };

    public static TheoryData<string, string> Messages => Each(standard => standard.Contract.Messages);

    public static TheoryData<string, string> Enums => Each(standard => standard.Contract.Enums);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_property_has_a_field_of_its_type(string name, string definition)
    {
        var standard = Standard.All[name];
        var wrong = standard.Contract.Properties(definition)
            .Where(fact => fact.Type.Length > 0)
            .GroupBy(fact => fact.Property)
            .Select(facts => (facts, field: ContractDefinitions.Field(standard.Contract.Message(definition), facts.Key)))
            .Where(pair => pair.field is null || !Fits(standard, definition, [.. pair.facts], pair.field))
            .Select(pair => $"{string.Join(" or ", pair.facts.Select(Describe).Distinct())} is {Describe(pair.field)}");

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_field_is_a_property_or_keeps_the_extensions(string name, string definition)
    {
        var contract = Standard.All[name].Contract;
        var message = contract.Message(definition);
        var known = contract.DefinitionsOf(message).SelectMany(contract.Properties).Select(fact => fact.Property);

        Assert.Equal(["extensions"], message.Fields.InDeclarationOrder().Select(field => field.JsonName).Except(known));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Required_is_what_the_standard_requires_save_for_the_exceptions(string name, string definition)
    {
        var standard = Standard.All[name];
        var message = standard.Contract.Message(definition);
        var required = standard.Contract.DefinitionsOf(message)
            .SelectMany(other => standard.Contract.Required(other).Where(property => !standard.IsExemptFromRequired(other, property)))
            .Distinct()
            .Order(StringComparer.Ordinal);
        var marked = message.Fields.InDeclarationOrder()
            .Where(field => field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.Required) == true)
            .Select(field => field.JsonName)
            .Order(StringComparer.Ordinal);

        Assert.Equal(required, marked);
    }

    // Of a family, what all classes require is REQUIRED; what only some of them do is told by class.
    [Theory]
    [MemberData(nameof(Messages))]
    public void What_a_class_of_a_family_requires_beside_the_others_is_required_in_it(string name, string definition)
    {
        var standard = Standard.All[name];
        var message = standard.Contract.Message(definition);
        var required = standard.Contract.DefinitionsOf(message)
            .SelectMany(family => standard.Contract.Classes(family).SelectMany(other => standard.Contract.Required(other)
                .Except(standard.Contract.Required(family))
                .Where(property => !standard.IsExemptFromRequired(other, property))
                .Select(property => $"{property} in {other}")))
            .Distinct()
            .Order(StringComparer.Ordinal);
        var marked = message.Fields.InDeclarationOrder()
            .SelectMany(field => FieldRules.RequiredIn(field).Select(other => $"{field.JsonName} in {other}"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(required, marked);
    }

    [Fact]
    public void Exceptions_are_of_what_the_standards_say()
    {
        foreach (var standard in Standard.All.Values)
        {
            var contract = standard.Contract;
            Assert.All(standard.NotRequired, exception => Assert.Contains(
                contract.Messages,
                definition => contract.Required(definition).Any(property => Standard.IsExemptedBy(exception.Property, definition, property))));
            Assert.All(standard.FieldTypes, exception => Assert.Contains(
                contract.Messages,
                definition => contract.Properties(definition).Any(fact => $"{definition}.{fact.Property}" == exception.Property)));
            Assert.All(standard.MessageNames.Keys, definition => Assert.Contains(definition, contract.Messages));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Meta_attributes_have_the_same_numbers_everywhere(string name, string definition)
    {
        foreach (var field in Standard.All[name].Contract.Message(definition).Fields.InDeclarationOrder())
        {
            Assert.Equal(MetaAttributes.ContainsValue(field.FieldNumber), MetaAttributes.ContainsKey(field.JsonName));
            Assert.Equal(MetaAttributes.GetValueOrDefault(field.JsonName, field.FieldNumber), field.FieldNumber);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Field_105_keeps_the_extensions(string name, string definition)
    {
        var marked = Assert.Single(
            Standard.All[name].Contract.Message(definition).Fields.InDeclarationOrder(),
            field => field.GetOptions()?.GetExtension(RestExtensions.Extensions) == true);

        Assert.Equal((105, "extensions"), (marked.FieldNumber, marked.Name));
        Assert.Equal(Struct.Descriptor, marked.MessageType);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Absent_can_be_told_from_empty(string name, string definition) =>
        Assert.All(
            Standard.All[name].Contract.Message(definition).Fields.InDeclarationOrder().Where(field => !field.IsRepeated),
            field => Assert.True(field.HasPresence, field.FullName));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_is_named_as_its_definition(string name, string definition) =>
        Assert.Equal(
            Standard.All[name].MessageNames.GetValueOrDefault(definition, definition.Split('_')[0]),
            Standard.All[name].Contract.Message(definition).Name);

    [Theory]
    [MemberData(nameof(Enums))]
    public void Enum_has_exactly_the_values_in_their_json_spelling(string name, string definition)
    {
        var type = Standard.All[name].Contract.Enum(definition);
        Assert.Equal(definition, type.Name + "Type");

        var prefix = ScreamingSnakeCase(type.Name) + "_";
        Assert.All(type.Values, value => Assert.StartsWith(prefix, value.Name, StringComparison.Ordinal));
        var spellings = type.Values.ToLookup(value => value.Number == 0, value => LowerCamelCase(value.Name[prefix.Length..]));
        Assert.Equal(["unspecified"], spellings[true]);
        Assert.Equal(Standard.All[name].Facts[definition].Single().Values.Order(StringComparer.Ordinal), spellings[false].Order(StringComparer.Ordinal));
    }

    private static TheoryData<string, string> Each(Func<Standard, IEnumerable<string>> definitions)
    {
        var data = new TheoryData<string, string>();
        foreach (var (name, standard) in Standard.All)
        {
            foreach (var definition in definitions(standard))
            {
                data.Add(name, definition);
            }
        }

        return data;
    }

    // Where the classes of a family differ in the type of a property, the field takes any JSON value.
    private static bool Fits(Standard standard, string definition, IReadOnlyList<Fact> facts, FieldDescriptor field)
    {
        var exception = standard.FieldTypes.FirstOrDefault(exception => exception.Property == $"{definition}.{facts[0].Property}");
        return exception != default
            ? Describe(field) == exception.Type
            : facts.All(fact => field.IsRepeated == fact.IsArray && Fits(standard, fact, field))
                || (facts.DistinctBy(fact => fact.Type).Count() > 1 && !field.IsRepeated && IsMessage(field, Value.Descriptor));
    }

    private static bool Fits(Standard standard, Fact fact, FieldDescriptor field) => (fact.ElementType, fact.Format) switch
    {
        ("string", "date-time") => IsMessage(field, Timestamp.Descriptor),
        ("string", "" or "uri" or "base64") => field.FieldType == FieldType.String,
        ("boolean", "") => field.FieldType == FieldType.Bool,
        ("integer", "" or "int32") => field.FieldType == FieldType.Int32,
        ("number", "" or "float") => field.FieldType == FieldType.Double,
        ("Any", "") => IsMessage(field, Value.Descriptor),
        (var definition, "") when standard.Facts[definition].FirstOrDefault()?.Type == "enum" => field.FieldType == FieldType.Enum,
        (var definition, "") when standard.Facts.Contains(definition) =>
            field.FieldType == FieldType.Message && field.MessageType == standard.Contract.Message(definition),
        _ => false,
    };

    private static bool IsMessage(FieldDescriptor field, MessageDescriptor type) =>
        field.FieldType == FieldType.Message && field.MessageType == type;

    private static string Describe(Fact fact) => $"{fact.Property}: {fact.Type} {fact.Format}";

    private static string Describe(FieldDescriptor? field) => field switch
    {
        null => "missing",
        { FieldType: FieldType.Message } => $"{(field.IsRepeated ? "repeated " : "")}{field.MessageType.FullName}",
        _ => $"{(field.IsRepeated ? "repeated " : "")}{field.FieldType}",
    };

    private static string ScreamingSnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private static string LowerCamelCase(string name)
    {
        var words = name.ToLowerInvariant().Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
