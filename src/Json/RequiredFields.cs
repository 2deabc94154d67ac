using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>
/// Finds required fields that are not set: absent messages and optional scalars, empty lists and maps, and defaults of
/// fields without presence. Required is what is marked <c>google.api.field_behavior = REQUIRED</c>, and in a message that
/// stands for several classes what its own class requires: <c>tmf.rest.v1.required_in</c>.
/// </summary>
public static class RequiredFields
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Plan> Plans = new();

    /// <summary>
    /// Paths of the missing fields in proto names, <c>service_order.service_order_item[0].action</c>, in the order of
    /// declaration. Parts of the message that can hold no required field are not looked at.
    /// </summary>
    /// <param name="message">A request, or what a change makes of a resource.</param>
    /// <param name="before">
    /// The resource before the change: what was incomplete in it, and is in the message as it was, is not the change's fault.
    /// </param>
    public static IReadOnlyList<string> Missing(IMessage message, IMessage? before = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var missing = Find(message, known: null);
        if (missing.Count == 0 || before is null)
            return missing;

        var incomplete = new HashSet<IMessage>();
        Of(before.Descriptor).FindIncomplete(before, incomplete);
        return incomplete.Count == 0 ? missing : Find(message, incomplete);
    }

    /// <summary>Whether a request needs an id, of what it is about, and has none: <c>id</c>, <c>hub_id</c>.</summary>
    public static bool LacksId(IMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(request.Descriptor).LacksId(request);
    }

    private static List<string> Find(IMessage message, HashSet<IMessage>? known)
    {
        List<string>? missing = null;
        Of(message.Descriptor).Find(message, known, ref missing);
        return missing ?? [];
    }

    private static Plan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => new Plan(d));

    private static bool IsRequiredSomehow(FieldDescriptor field) => FieldRules.IsRequired(field) || FieldRules.RequiredIn(field).Count > 0;

    private static bool Reaches(MessageDescriptor descriptor, HashSet<MessageDescriptor> visited) =>
        visited.Add(descriptor) && descriptor.Fields.InDeclarationOrder().Any(field =>
            IsRequiredSomehow(field) || (field.FieldType == FieldType.Message && Reaches(field.MessageType, visited)));

    private sealed class Plan
    {
        // Classes are null where all of them require the field.
        private readonly (FieldPlan Field, FrozenSet<string>? Classes)[] _required;
        private readonly FieldPlan[] _ids;
        private readonly FieldPlan[] _children;
        private readonly FrozenSet<string> _classes;
        private readonly FieldPlan? _type;
        private readonly FieldPlan? _baseType;

        public Plan(MessageDescriptor descriptor)
        {
            var fields = RequiredFields.Reaches(descriptor, []) ? MessagePlan.Of(descriptor).Fields : [];
            _required = [.. fields.Where(field => IsRequiredSomehow(field.Descriptor)).Select(field =>
                (field, FieldRules.IsRequired(field.Descriptor) ? null : FieldRules.RequiredIn(field.Descriptor).ToFrozenSet()))];
            _ids = [.. _required.Where(required => required.Classes is null).Select(required => required.Field)
                .Where(field => field.Descriptor.Name == "id" || field.Descriptor.Name.EndsWith("_id", StringComparison.Ordinal))];
            _children = [.. fields.Where(field => FieldPlan.MessageIn(field.Descriptor) is { } child && RequiredFields.Reaches(child, []))];
            _classes = _required.SelectMany(required => required.Classes ?? []).ToFrozenSet();
            _type = fields.FirstOrDefault(field => field.JsonName == "@type");
            _baseType = fields.FirstOrDefault(field => field.JsonName == "@baseType");
        }

        public void Find(IMessage message, HashSet<IMessage>? known, ref List<string>? missing)
        {
            if (known?.Contains(message) != true)
            {
                foreach (var required in _required)
                {
                    if (IsMissing(required, message))
                        (missing ??= []).Add(required.Field.Descriptor.Name);
                }
            }

            foreach (var field in _children)
            {
                if (field.IsSet(message))
                {
                    FindIn(field, message, known, ref missing);
                }
            }
        }

        public bool LacksId(IMessage message) => Array.Exists(_ids, id => !id.IsSet(message));

        public void FindIncomplete(IMessage message, HashSet<IMessage> incomplete)
        {
            if (Array.Exists(_required, required => IsMissing(required, message)))
                incomplete.Add(message);
            foreach (var field in _children.Where(field => field.IsSet(message)))
            {
                foreach (var child in field.Messages(message))
                    Of(child.Descriptor).FindIncomplete(child, incomplete);
            }
        }

        // Paths grow on the way back, so that a complete message costs none.
        private static void FindIn(FieldPlan field, IMessage message, HashSet<IMessage>? known, ref List<string>? missing)
        {
            var index = 0;
            foreach (var child in field.Messages(message))
            {
                var before = missing?.Count ?? 0;
                Of(child.Descriptor).Find(child, known, ref missing);
                for (var i = before; i < missing?.Count; i++)
                {
                    missing[i] = $"{field.Descriptor.Name}{field.Subscript(message, index)}.{missing[i]}";
                }

                index++;
            }
        }

        private bool IsMissing((FieldPlan Field, FrozenSet<string>? Classes) required, IMessage message) =>
            !required.Field.IsSet(message) && required.Classes?.Contains(ClassOf(message)) != false;

        // A class that the message does not know is the sender's own, and is what its super-class is.
        private string ClassOf(IMessage message)
        {
            var own = _type?.Text(message) ?? "";
            return _classes.Contains(own) ? own : _baseType?.Text(message) ?? own;
        }
    }
}
