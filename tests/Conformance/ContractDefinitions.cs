using Google.Protobuf.Reflection;

namespace Conformance;

/// <summary>The messages and enums of the contract that stand for definitions of a standard.</summary>
public sealed class ContractDefinitions
{
    private readonly ILookup<string, Fact> _facts;
    private readonly SortedDictionary<string, IDescriptor> _reached = new(StringComparer.Ordinal);

    /// <summary>Follows the roots' references, so that what they hold need not be listed.</summary>
    public ContractDefinitions(ILookup<string, Fact> facts, IEnumerable<(string Definition, MessageDescriptor Message)> roots)
    {
        _facts = facts;
        foreach (var (definition, message) in roots)
        {
            Reach(definition, message);
        }
    }

    public IEnumerable<string> Messages => _reached.Where(pair => pair.Value is MessageDescriptor).Select(pair => pair.Key);

    public IEnumerable<string> Enums => _reached.Where(pair => pair.Value is EnumDescriptor).Select(pair => pair.Key);

    /// <summary>The properties of a definition; of a family, those of all its classes.</summary>
    public IEnumerable<Fact> Properties(string definition) =>
        Classes(definition).SelectMany(other => _facts[other]).Where(fact => fact.Property.Length > 0);

    /// <summary>What a definition requires; of a family, what all its classes require.</summary>
    public IEnumerable<string> Required(string definition) => Classes(definition)
        .Select(other => _facts[other].Where(fact => fact.Required).Select(fact => fact.Property))
        .Aggregate(Enumerable.Intersect);

    /// <summary>The definitions that one message stands for with this one: the classes of a family, or itself alone.</summary>
    public IEnumerable<string> Classes(string definition) =>
        _facts[definition].FirstOrDefault(fact => fact.Type == "family") is not { } family ? [definition]
        : family.Values.SelectMany(other => other == definition ? [other] : Classes(other)).Distinct();

    public MessageDescriptor Message(string definition) => (MessageDescriptor)_reached[definition];

    public EnumDescriptor Enum(string definition) => (EnumDescriptor)_reached[definition];

    /// <summary>The definitions of a message: a resource has a form for its creation and one for its change as well.</summary>
    public IEnumerable<string> DefinitionsOf(MessageDescriptor message) =>
        _reached.Where(pair => pair.Value == message).Select(pair => pair.Key);

    public static FieldDescriptor? Field(MessageDescriptor message, string jsonName) =>
        message.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == jsonName);

    // A property without a field of the right kind is left to the tests.
    private void Reach(string definition, IDescriptor descriptor)
    {
        if (!_facts.Contains(definition) || !_reached.TryAdd(definition, descriptor) || descriptor is not MessageDescriptor message)
        {
            return;
        }

        foreach (var fact in Properties(definition).Where(fact => _facts.Contains(fact.ElementType)))
        {
            switch (Field(message, fact.Property))
            {
                case { FieldType: FieldType.Message } field when fact.ElementType != "Any":
                    Reach(fact.ElementType, field.MessageType);
                    break;
                case { FieldType: FieldType.Enum } field:
                    Reach(fact.ElementType, field.EnumType);
                    break;
            }
        }
    }
}
