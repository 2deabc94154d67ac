using System.Collections.Concurrent;
using System.Linq.Expressions;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>Finds texts of a message that contain U+0000, which PostgreSQL cannot hold and SQLite's functions end at.</summary>
public static class NullCharacters
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Plan> Plans = new();

    /// <summary>Paths of the texts in proto names, <c>service_order.note[0].text</c>; a member's name counts as its text.</summary>
    public static IReadOnlyList<string> Find(IMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var plan = Of(message.Descriptor);
        // Every text of every request is asked, and hardly ever one has them.
        if (!plan.HasAny(message))
            return [];
        List<string>? found = null;
        plan.Find(message, ref found);
        return found ?? [];
    }

    private static Plan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => new Plan(d));

    private static bool IsIn(string text) => text.Contains('\0');

    private static bool IsIn(RepeatedField<string> texts)
    {
        foreach (var text in texts)
        {
            if (IsIn(text))
                return true;
        }
        return false;
    }

    // Paths grow on the way back, so that a message without problems costs none.
    private static void Within(string step, int before, List<string>? found)
    {
        for (var i = before; i < found?.Count; i++)
            found[i] = found[i].Length == 0 || found[i][0] == '[' ? step + found[i] : $"{step}.{found[i]}";
    }

    private static void FindIn(Struct members, ref List<string>? found)
    {
        foreach (var (name, value) in members.Fields)
        {
            var before = found?.Count ?? 0;
            if (IsIn(name))
                (found ??= []).Add("");
            FindIn(value, ref found);
            Within(name, before, found);
        }
    }

    private static void FindIn(Value value, ref List<string>? found)
    {
        if (value.KindCase == Value.KindOneofCase.StringValue && IsIn(value.StringValue))
            (found ??= []).Add("");
        else if (value.KindCase == Value.KindOneofCase.StructValue)
            FindIn(value.StructValue, ref found);
        else if (value.KindCase == Value.KindOneofCase.ListValue)
            FindIn(value.ListValue, ref found);
    }

    private static void FindIn(ListValue list, ref List<string>? found)
    {
        for (var i = 0; i < list.Values.Count; i++)
        {
            var before = found?.Count ?? 0;
            FindIn(list.Values[i], ref found);
            Within($"[{i}]", before, found);
        }
    }

    private sealed class Plan
    {
        private readonly FieldDescriptor[] _texts;
        private readonly FieldPlan[] _messages;
        private readonly Lazy<Func<IMessage, bool>> _hasAny;

        public Plan(MessageDescriptor descriptor)
        {
            var fields = descriptor.Fields.InDeclarationOrder();
            _texts = [.. fields.Where(field => field.FieldType == FieldType.String)];
            _messages = [.. fields.Where(field => FieldPlan.MessageIn(field) is not null).Select(FieldPlan.Of)];
            _hasAny = new(() => typeof(Texts<>).MakeGenericType(descriptor.ClrType).GetMethod(nameof(Texts<Empty>.IsInOneOf))!.CreateDelegate<Func<IMessage, bool>>());
        }

        public bool HasAny(IMessage message) => _hasAny.Value(message);

        public void Find(IMessage message, ref List<string>? found)
        {
            foreach (var field in _texts)
            {
                var value = field.Accessor.GetValue(message);
                if (value is string text && IsIn(text))
                    (found ??= []).Add(field.Name);
                else if (value is IEnumerable<string> texts)
                    (found ??= []).AddRange(texts.Index().Where(element => IsIn(element.Item)).Select(element => $"{field.Name}[{element.Index}]"));
            }
            foreach (var field in _messages)
            {
                if (field.IsSet(message))
                    FindWithin(field, message, ref found);
            }
        }

        private static void FindWithin(FieldPlan field, IMessage message, ref List<string>? found)
        {
            var index = 0;
            foreach (var child in field.Messages(message))
            {
                var before = found?.Count ?? 0;
                if (child is Struct members)
                    FindIn(members, ref found);
                else if (child is Value value)
                    FindIn(value, ref found);
                else
                    Of(child.Descriptor).Find(child, ref found);
                if (found?.Count > before)
                    Within($"{field.Descriptor.Name}{field.Subscript(message, index)}", before, found);
                index++;
            }
        }
    }

    /// <summary>Whether any text within a message has the character, by code that is compiled for its type.</summary>
    private static class Texts<T>
        where T : class, IMessage<T>, new()
    {
        private static readonly Func<T, bool> IsInText = Compile();

        public static bool IsInOneOf(IMessage message) => IsInText((T)message);

        public static bool IsInOne(T? message) => message is not null && IsInText(message);

        public static bool IsInList(RepeatedField<T> messages)
        {
            foreach (var message in messages)
            {
                if (IsInText(message))
                    return true;
            }
            return false;
        }

        public static bool IsInMap(MapField<string, T> messages)
        {
            foreach (var (name, message) in messages)
            {
                if (IsIn(name) || IsInText(message))
                    return true;
            }
            return false;
        }

        private static Func<T, bool> Compile()
        {
            var message = Expression.Parameter(typeof(T));
            var any = new T().Descriptor.Fields.InDeclarationOrder()
                .Select(field => Check(field, Expression.Property(message, field.PropertyName)))
                .OfType<Expression>()
                .Aggregate((Expression)Expression.Constant(false), Expression.OrElse);
            return Expression.Lambda<Func<T, bool>>(any, message).Compile();
        }

        private static MethodCallExpression? Check(FieldDescriptor field, MemberExpression value)
        {
            if (field.FieldType == FieldType.String)
                return Expression.Call(typeof(NullCharacters), nameof(IsIn), null, value);
            if (FieldPlan.MessageIn(field) is not { } type)
                return null;
            var method = field.IsMap ? nameof(IsInMap) : field.IsRepeated ? nameof(IsInList) : nameof(IsInOne);
            return Expression.Call(typeof(Texts<>).MakeGenericType(type.ClrType), method, null, value);
        }
    }
}
