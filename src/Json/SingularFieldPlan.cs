using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>A field with one value.</summary>
internal sealed class SingularFieldPlan<T> : FieldPlan
{
    private Func<IMessage, T> _get;
    private Action<IMessage, T> _set;
    private Func<IMessage, bool>? _has;
    private readonly ValueCodec<T> _codec;

    public SingularFieldPlan(FieldDescriptor descriptor, PropertyInfo property)
        : base(descriptor)
    {
        // Compiled when they are first used: most never are, and to compile all of them takes a tenth of a start.
        _get = message => (_get = Getter<T>(property))(message);
        _set = (message, value) => (_set = Setter<T>(property))(message, value);
        var has = descriptor.HasPresence ? property.DeclaringType!.GetProperty("Has" + property.Name) : null;
        _has = has is null ? null : message => (_has = Getter<bool>(has))(message);
        _codec = (ValueCodec<T>)ValueCodec.For(descriptor, typeof(T));
    }

    public override bool TakesNull => _codec.TakesNull;

    public override bool IsSet(IMessage message)
    {
        if (_has is not null)
        {
            return _has(message);
        }

        return _get(message) is { } value && (Descriptor.HasPresence || !_codec.IsDefault(value));
    }

    public override void Write(Utf8JsonWriter writer, IMessage message)
    {
        var isSet = _has is null || _has(message);
        var value = isSet ? _get(message) : default;
        if (value is null || !isSet || (!Descriptor.HasPresence && _codec.IsDefault(value)) || !_codec.CanWrite(value))
        {
            WriteAbsent(writer);
            return;
        }

        writer.WritePropertyName(EncodedName);
        _codec.Write(writer, value);
    }

    public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        if (_codec.TryRead(ref reader, reading, out var value))
        {
            _set(message, value);
        }
    }

    public override IEnumerable<IMessage> Messages(IMessage message) => _get(message) is IMessage child ? [child] : [];

    public override string Subscript(IMessage message, int index) => "";

    public override void WriteValue(Utf8JsonWriter writer, IMessage message)
    {
        if (_get(message) is { } value)
        {
            _codec.Write(writer, value);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
    }

    public override string? ReadText(string text, IMessage message, JsonSource source = JsonSource.Request)
    {
        if (typeof(T) != typeof(string))
        {
            return base.ReadText(text, message, source);
        }

        _set(message, (T)(object)text);
        return null;
    }

    public override string? Text(IMessage message) =>
        typeof(T) == typeof(string) && IsSet(message) ? (string)(object)_get(message)! : base.Text(message);

    public override IMessage Child(IMessage message)
    {
        var child = _get(message);
        if (child is null)
        {
            child = Activator.CreateInstance<T>();
            _set(message, child);
        }

        return (IMessage)child!;
    }
}
