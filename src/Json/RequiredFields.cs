using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>
/// Finds fields marked <c>google.api.field_behavior = REQUIRED</c> that are not set: absent messages and optional
/// scalars, empty lists and maps, and defaults of fields without presence.
/// </summary>
public static class RequiredFields
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Plan> Plans = new();

    /// <summary>
    /// Paths of the missing fields in proto names, <c>service_order.service_order_item[0].action</c>, in the order of
    /// declaration. Parts of the message that can hold no required field are not looked at.
    /// </summary>
    public static IReadOnlyList<string> Missing(IMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var plan = Of(message.Descriptor);
        if (!plan.Reaches)
        {
            return [];
        }

        List<string>? missing = null;
        plan.Find(message, ref missing);
        return missing ?? [];
    }

    private static Plan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => new Plan(d));

    private static bool Reaches(MessageDescriptor descriptor, HashSet<MessageDescriptor> visited) =>
        visited.Add(descriptor) && descriptor.Fields.InDeclarationOrder().Any(field =>
            FieldRules.IsRequired(field) || (field.FieldType == FieldType.Message && Reaches(field.MessageType, visited)));

    private sealed class Plan
    {
        private readonly FieldPlan[] _required;
        private readonly FieldPlan[] _children;

        public Plan(MessageDescriptor descriptor)
        {
            Reaches = RequiredFields.Reaches(descriptor, []);
            var fields = Reaches ? MessagePlan.Of(descriptor).Fields : [];
            _required = [.. fields.Where(field => FieldRules.IsRequired(field.Descriptor))];
            _children = [.. fields.Where(field => FieldPlan.MessageIn(field.Descriptor) is { } child && RequiredFields.Reaches(child, []))];
        }

        public bool Reaches { get; }

        public void Find(IMessage message, ref List<string>? missing)
        {
            foreach (var field in _required)
            {
                if (!field.IsSet(message))
                {
                    (missing ??= []).Add(field.Descriptor.Name);
                }
            }

            foreach (var field in _children)
            {
                if (field.IsSet(message))
                {
                    FindIn(field, message, ref missing);
                }
            }
        }

        // Paths grow on the way back, so that a complete message costs none.
        private static void FindIn(FieldPlan field, IMessage message, ref List<string>? missing)
        {
            var index = 0;
            foreach (var child in field.Messages(message))
            {
                var before = missing?.Count ?? 0;
                Of(child.Descriptor).Find(child, ref missing);
                for (var i = before; i < missing?.Count; i++)
                {
                    missing[i] = $"{field.Descriptor.Name}{field.Subscript(message, index)}.{missing[i]}";
                }

                index++;
            }
        }
    }
}
