using System.Buffers.Text;
using System.Text.Json;
using Google.Protobuf;

namespace ServiceOrdering.Json;

internal sealed class StringCodec : ValueCodec<string>
{
    public static readonly StringCodec Instance = new();

    public override bool IsDefault(string value) => value.Length == 0;

    public override void Write(Utf8JsonWriter writer, string value) => writer.WriteStringValue(value);

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out string value)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            value = JsonReading.Text(ref reader);
            return true;
        }

        value = "";
        reading.Mismatch(ref reader, "Must be a string.");
        return false;
    }
}

internal sealed class BoolCodec : ValueCodec<bool>
{
    public static readonly BoolCodec Instance = new();

    public override bool IsDefault(bool value) => !value;

    public override void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        if (value || reader.TokenType == JsonTokenType.False)
        {
            return true;
        }

        reading.Mismatch(ref reader, "Must be true or false.");
        return false;
    }
}

/// <summary>Base64 with or without padding; the URL-safe alphabet is read too.</summary>
internal sealed class BytesCodec : ValueCodec<ByteString>
{
    public static readonly BytesCodec Instance = new();

    public override bool IsDefault(ByteString value) => value.IsEmpty;

    public override void Write(Utf8JsonWriter writer, ByteString value) => writer.WriteBase64StringValue(value.Span);

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out ByteString value)
    {
        value = ByteString.Empty;
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = JsonReading.Text(ref reader).Replace('+', '-').Replace('/', '_');
            if (Base64Url.IsValid(text))
            {
                value = UnsafeByteOperations.UnsafeWrap(Base64Url.DecodeFromChars(text));
                return true;
            }
        }

        reading.Mismatch(ref reader, "Must be bytes in base64.");
        return false;
    }
}

/// <summary>A wrapper such as google.protobuf.Int32Value: generated code shows it as a nullable value.</summary>
internal sealed class NullableCodec<T>(ValueCodec<T> inner) : ValueCodec<T?>
    where T : struct
{
    public override bool IsDefault(T? value) => value is null;

    public override void Write(Utf8JsonWriter writer, T? value) => inner.Write(writer, value.GetValueOrDefault());

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out T? value)
    {
        var fits = inner.TryRead(ref reader, reading, out var read);
        value = read;
        return fits;
    }
}
