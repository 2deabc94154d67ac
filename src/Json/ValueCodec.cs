using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>How values of one type stand in JSON.</summary>
internal abstract class ValueCodec
{
    /// <summary>Whether JSON's null is a value of the type; elsewhere it stands for an absent member.</summary>
    public virtual bool TakesNull => false;

    /// <summary>The codec for a value of the field: for a repeated field, of one element.</summary>
    public static ValueCodec For(FieldDescriptor field, System.Type type) => field.FieldType switch
    {
        FieldType.String => StringCodec.Instance,
        FieldType.Bool => BoolCodec.Instance,
        FieldType.Bytes => BytesCodec.Instance,
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => IntegerCodec<int>.Instance,
        FieldType.UInt32 or FieldType.Fixed32 => IntegerCodec<uint>.Instance,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => IntegerCodec<long>.Instance,
        FieldType.UInt64 or FieldType.Fixed64 => IntegerCodec<ulong>.Instance,
        FieldType.Float => FloatCodec<float>.Instance,
        FieldType.Double => FloatCodec<double>.Instance,
        FieldType.Enum => Create(typeof(EnumCodec<>), type, field.EnumType),
        _ => ForMessage(field.MessageType, type),
    };

    /// <summary>The codec for a message type; a wrapper's is that of the value in it.</summary>
    public static ValueCodec ForMessage(MessageDescriptor message, System.Type type)
    {
        if (message.File.Package == "google.protobuf")
        {
            switch (message.Name)
            {
                case nameof(Timestamp): return TimestampCodec.Instance;
                case nameof(Duration): return DurationCodec.Instance;
                case nameof(FieldMask): return FieldMaskCodec.Instance;
                case nameof(Struct): return StructCodec.Instance;
                case nameof(Value): return AnyValueCodec.Instance;
                case nameof(ListValue): return ListValueCodec.Instance;
            }

            // Generated code shows a wrapper field as a nullable value, and the wrapper itself only where it is the root.
            if (message.File.Name == "google/protobuf/wrappers.proto" && !typeof(IMessage).IsAssignableFrom(type))
            {
                var inner = For(message.FindFieldByNumber(1), Nullable.GetUnderlyingType(type) ?? type);
                return Nullable.GetUnderlyingType(type) is { } value ? Create(typeof(NullableCodec<>), value, inner) : inner;
            }
        }

        return Create(typeof(MessageCodec<>), type, message);
    }

    private static ValueCodec Create(System.Type codec, System.Type type, object argument) =>
        (ValueCodec)Activator.CreateInstance(codec.MakeGenericType(type), argument)!;
}

/// <inheritdoc/>
internal abstract class ValueCodec<T> : ValueCodec
{
    /// <summary>Whether a field without presence that holds this value is not written.</summary>
    public abstract bool IsDefault(T value);

    /// <summary>Whether there is a JSON form of the value; without one it is left out.</summary>
    public virtual bool CanWrite(T value) => true;

    public abstract void Write(Utf8JsonWriter writer, T value);

    /// <summary>
    /// Reads the value that the reader stands on, and leaves the reader at its last token. A value that does not fit is
    /// a violation and gives false, with a stand-in that keeps later elements of an array at their indexes.
    /// </summary>
    public abstract bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out T value);
}
