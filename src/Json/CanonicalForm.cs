using System.Collections.Concurrent;
using System.Text;
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
    /// <param name="message">A request.</param>
    /// <param name="isCreation">False for a resource that exists already, and has those fields from the server.</param>
    /// <returns>
    /// What has no form in JSON, with paths in proto names: undefined enum values, timestamps outside of the years 1 to 9999,
    /// durations that are none, values of no kind, texts that are longer than the
    /// contract allows, numbers that are not finite, extension members that have the name of a known one, and what is
    /// deeper than <see cref="JsonFormat.MaxDepth"/>.
    /// </returns>
    public static IReadOnlyList<(string Path, string Message)> Apply(IMessage message, bool isCreation = true)
    {
        ArgumentNullException.ThrowIfNull(message);
        List<(string, string)>? problems = null;
        // The JSON text is the resource; a request has it in a field.
        Of(message.Descriptor).Apply(message, isCreation, level: isCreation ? 0 : 1, ref problems);
        return problems ?? [];
    }

    private static Plan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => new Plan(d));

    private static void Refuse(string path, string message, ref List<(string, string)>? problems) => (problems ??= []).Add((path, message));

    /// <summary>Whether something is deeper than it may be; then it is a problem, and is not looked into.</summary>
    private static bool IsTooDeep(string path, int level, ref List<(string, string)>? problems)
    {
        if (level > JsonFormat.MaxDepth)
            Refuse(path, $"Is nested deeper than the {JsonFormat.MaxDepth} levels that are allowed, objects and arrays in JSON.", ref problems);
        return level > JsonFormat.MaxDepth;
    }

    private sealed class Plan
    {
        private readonly FieldPlan[] _notSettable;
        private readonly FieldPlan[] _enums;
        private readonly (FieldPlan Field, int MaxBytes)[] _bounded;
        private readonly FieldPlan[] _messages;
        private readonly FieldPlan[] _lists;
        private readonly FieldPlan? _extensions;
        private readonly HashSet<string> _known;

        public Plan(MessageDescriptor descriptor)
        {
            var fields = MessagePlan.Of(descriptor).Fields;
            _extensions = descriptor.Fields.InDeclarationOrder().Where(field => fields.All(known => known.Descriptor != field)).Select(FieldPlan.Of).SingleOrDefault();
            _notSettable = [.. fields.Where(field => !field.IsSettableAtCreation)];
            _enums = [.. fields.Where(field => field.Descriptor.FieldType == FieldType.Enum)];
            _bounded = [.. fields.Where(field => FieldRules.MaxBytes(field.Descriptor) is not null).Select(field => (field, FieldRules.MaxBytes(field.Descriptor)!.Value))];
            _messages = [.. fields.Where(field => field.Descriptor.FieldType == FieldType.Message)];
            if (_extensions is not null)
                _messages = [.. _messages, _extensions];
            _lists = [.. fields.Where(field => field.Descriptor.IsRepeated)];
            _known = [.. fields.Select(field => field.JsonName)];
        }

        /// <param name="message">The message.</param>
        /// <param name="isCreation">Whether fields are cleared that cannot be set at creation.</param>
        /// <param name="level">How many objects and arrays are open in JSON, the message's own with them.</param>
        /// <param name="problems">Takes what has no form in JSON.</param>
        public void Apply(IMessage message, bool isCreation, int level, ref List<(string, string)>? problems)
        {
            if (isCreation)
            {
                foreach (var field in _notSettable)
                    field.Descriptor.Accessor.Clear(message);
            }
            foreach (var field in _enums)
                CheckEnum(field, message, ref problems);
            foreach (var (field, maxBytes) in _bounded)
                CheckLength(field, maxBytes, message, ref problems);
            foreach (var field in _messages)
            {
                if (field.IsSet(message))
                    ApplyWithin(field, message, isCreation, level, ref problems);
            }
            if (level >= JsonFormat.MaxDepth)
            {
                foreach (var list in _lists.Where(list => list.IsSet(message) && list.Descriptor.FieldType != FieldType.Message))
                    IsTooDeep(list.Descriptor.Name, level + 1, ref problems);
            }
        }

        // Paths grow on the way back, so that a message without problems costs none.
        private void ApplyWithin(FieldPlan field, IMessage message, bool isCreation, int level, ref List<(string, string)>? problems)
        {
            // Extension members stand in the message's own object.
            var inner = level + (field == _extensions ? 0 : field.Descriptor.IsRepeated ? 2 : 1);
            var index = 0;
            foreach (var child in field.Messages(message))
            {
                var before = problems?.Count ?? 0;
                switch (child)
                {
                    case Timestamp timestamp:
                        Cut(timestamp, ref problems);
                        break;
                    case Duration duration:
                        CheckDuration(duration, ref problems);
                        break;
                    case Struct members:
                        CheckNames(members, ref problems);
                        CheckMembers(members, inner, ref problems);
                        break;
                    case Value value:
                        CheckValue(value, inner - 1, ref problems);
                        break;
                    default:
                        if (!IsTooDeep("", inner, ref problems))
                            Of(child.Descriptor).Apply(child, isCreation, inner, ref problems);
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
                Refuse(name, $"'{name}' is a member of the standard and has a field of its own.", ref problems);
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
                Refuse(field.Descriptor.Name, $"{number} is not a value of {type.Name}; allowed: {string.Join(", ", allowed)}.", ref problems);
            }
        }

        private static void CheckLength(FieldPlan field, int maxBytes, IMessage message, ref List<(string, string)>? problems)
        {
            var text = (string)field.Descriptor.Accessor.GetValue(message);
            // No character has more than three bytes in UTF-8; pairs of halves have four together.
            if (text.Length > maxBytes / 3 && Encoding.UTF8.GetByteCount(text) is var bytes && bytes > maxBytes)
                Refuse(field.Descriptor.Name, $"Has {bytes} bytes in UTF-8; at most {maxBytes} are allowed in what can be searched for.", ref problems);
        }

        private static void Cut(Timestamp timestamp, ref List<(string, string)>? problems)
        {
            if (timestamp is { Seconds: < -62_135_596_800 or > 253_402_300_799 } or { Nanos: < 0 or > 999_999_999 })
                Refuse("", "The timestamp is no instant of the years 1 to 9999.", ref problems);
            else
                timestamp.Nanos -= timestamp.Nanos % 1_000_000;
        }

        private static void CheckDuration(Duration duration, ref List<(string, string)>? problems)
        {
            var isOne = duration is { Seconds: >= -DurationCodec.MaxSeconds and <= DurationCodec.MaxSeconds, Nanos: > -1_000_000_000 and < 1_000_000_000 }
                && (duration.Seconds == 0 || duration.Nanos == 0 || duration.Seconds < 0 == duration.Nanos < 0);
            if (!isOne)
                Refuse("", "The duration is none: it has up to 999999999 nanos, of the same sign as its seconds, and up to 10000 years.", ref problems);
        }

        private static void CheckMembers(Struct members, int level, ref List<(string, string)>? problems)
        {
            foreach (var (name, value) in members.Fields)
            {
                var before = problems?.Count ?? 0;
                CheckValue(value, level, ref problems);
                for (var i = before; i < problems?.Count; i++)
                    problems[i] = (Join(name, problems[i].Item1), problems[i].Item2);
            }
        }

        // The level is that of the object or array which the value stands in.
        private static void CheckValue(Value value, int level, ref List<(string, string)>? problems)
        {
            switch (value.KindCase)
            {
                case Value.KindOneofCase.None:
                    Refuse("", "The value has no kind; null is null_value.", ref problems);
                    break;
                case Value.KindOneofCase.NumberValue when !double.IsFinite(value.NumberValue):
                    Refuse("", "The number is not finite, and JSON has none such.", ref problems);
                    break;
                case Value.KindOneofCase.StructValue or Value.KindOneofCase.ListValue when IsTooDeep("", level + 1, ref problems):
                    break;
                case Value.KindOneofCase.StructValue:
                    CheckMembers(value.StructValue, level + 1, ref problems);
                    break;
                case Value.KindOneofCase.ListValue:
                    for (var i = 0; i < value.ListValue.Values.Count; i++)
                    {
                        var before = problems?.Count ?? 0;
                        CheckValue(value.ListValue.Values[i], level + 1, ref problems);
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
