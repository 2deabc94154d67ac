using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>
/// Brings a message that came over gRPC to the form that it has when it came as JSON, so that both are stored and read
/// alike: fields that cannot be set at creation are cleared and timestamps cut to milliseconds. What JSON cannot
/// express is reported.
/// </summary>
public static class CanonicalForm
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Plan> Plans = new();

    /// <summary>Changes the message in place.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isCreation">False for a resource that exists already, and has those fields from the server.</param>
    /// <returns>
    /// What has no form in JSON, with paths in proto names: undefined enum values, timestamps outside of the years 1 to 9999,
    /// values of no kind, numbers that are not finite, and extension members that have the name of a known one.
    /// </returns>
    public static IReadOnlyList<(string Path, string Message)> Apply(IMessage message, bool isCreation = true)
    {
        ArgumentNullException.ThrowIfNull(message);
        List<(string, string)>? problems = null;
        Of(message.Descriptor).Apply(message, isCreation, ref problems);
        return problems ?? [];
    }

    private static Plan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => new Plan(d));

    private sealed class Plan
    {
        private readonly FieldPlan[] _notSettable;
        private readonly FieldPlan[] _enums;
        private readonly FieldPlan[] _messages;
        private readonly HashSet<string> _known;

        public Plan(MessageDescriptor descriptor)
        {
            var fields = MessagePlan.Of(descriptor).Fields;
            var extensions = descriptor.Fields.InDeclarationOrder().Where(field => fields.All(known => known.Descriptor != field)).Select(FieldPlan.Of);
            _notSettable = [.. fields.Where(field => !field.IsSettableAtCreation)];
            _enums = [.. fields.Where(field => field.Descriptor.FieldType == FieldType.Enum)];
            _messages = [.. fields.Where(field => field.Descriptor.FieldType == FieldType.Message), .. extensions];
            _known = [.. fields.Select(field => field.JsonName)];
        }

        public void Apply(IMessage message, bool isCreation, ref List<(string, string)>? problems)
        {
            if (isCreation)
            {
                foreach (var field in _notSettable)
                    field.Descriptor.Accessor.Clear(message);
            }
            foreach (var field in _enums)
                CheckEnum(field, message, ref problems);
            foreach (var field in _messages)
            {
                if (field.IsSet(message))
                    ApplyWithin(field, message, isCreation, ref problems);
            }
        }

        // Paths grow on the way back, so that a message without problems costs none.
        private void ApplyWithin(FieldPlan field, IMessage message, bool isCreation, ref List<(string, string)>? problems)
        {
            var index = 0;
            foreach (var child in field.Messages(message))
            {
                var before = problems?.Count ?? 0;
                switch (child)
                {
                    case Timestamp timestamp:
                        Cut(timestamp, ref problems);
                        break;
                    case Struct members:
                        CheckNames(members, ref problems);
                        CheckMembers(members, ref problems);
                        break;
                    case Value value:
                        CheckValue(value, ref problems);
                        break;
                    default:
                        Of(child.Descriptor).Apply(child, isCreation, ref problems);
                        break;
                }
                for (var i = before; i < problems?.Count; i++)
                    problems[i] = (Join($"{field.Descriptor.Name}{field.Subscript(message, index)}", problems[i].Item1), problems[i].Item2);
                index++;
            }
        }

        private void CheckNames(Struct members, ref List<(string, string)>? problems)
        {
            foreach (var name in members.Fields.Keys.Where(_known.Contains))
                (problems ??= []).Add((name, $"'{name}' is a member of the standard and has a field of its own."));
        }

        private static void CheckEnum(FieldPlan field, IMessage message, ref List<(string, string)>? problems)
        {
            if (!field.IsSet(message) || field.Descriptor.IsRepeated)
                return;
            var number = (int)field.Descriptor.Accessor.GetValue(message);
            var type = field.Descriptor.EnumType;
            if ((number == 0 && field.Descriptor.HasPresence) || type.FindValueByNumber(number) is null)
            {
                var allowed = type.Values.Where(value => value.Number != 0).Select(value => value.Name);
                (problems ??= []).Add((field.Descriptor.Name, $"{number} is not a value of {type.Name}; allowed: {string.Join(", ", allowed)}."));
            }
        }

        private static void Cut(Timestamp timestamp, ref List<(string, string)>? problems)
        {
            if (timestamp is { Seconds: < -62_135_596_800 or > 253_402_300_799 } or { Nanos: < 0 or > 999_999_999 })
                (problems ??= []).Add(("", "The timestamp is no instant of the years 1 to 9999."));
            else
                timestamp.Nanos -= timestamp.Nanos % 1_000_000;
        }

        private static void CheckMembers(Struct members, ref List<(string, string)>? problems)
        {
            foreach (var (name, value) in members.Fields)
            {
                var before = problems?.Count ?? 0;
                CheckValue(value, ref problems);
                for (var i = before; i < problems?.Count; i++)
                    problems[i] = (Join(name, problems[i].Item1), problems[i].Item2);
            }
        }

        private static void CheckValue(Value value, ref List<(string, string)>? problems)
        {
            switch (value.KindCase)
            {
                case Value.KindOneofCase.None:
                    (problems ??= []).Add(("", "The value has no kind; null is null_value."));
                    break;
                case Value.KindOneofCase.NumberValue when !double.IsFinite(value.NumberValue):
                    (problems ??= []).Add(("", "The number is not finite, and JSON has none such."));
                    break;
                case Value.KindOneofCase.StructValue:
                    CheckMembers(value.StructValue, ref problems);
                    break;
                case Value.KindOneofCase.ListValue:
                    for (var i = 0; i < value.ListValue.Values.Count; i++)
                    {
                        var before = problems?.Count ?? 0;
                        CheckValue(value.ListValue.Values[i], ref problems);
                        for (var j = before; j < problems?.Count; j++)
                            problems[j] = (Join($"[{i}]", problems[j].Item1), problems[j].Item2);
                    }
                    break;
            }
        }

        private static string Join(string outer, string inner) =>
            inner.Length == 0 ? outer : inner[0] == '[' ? outer + inner : $"{outer}.{inner}";
    }
}
