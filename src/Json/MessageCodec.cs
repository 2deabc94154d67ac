using System.Linq.Expressions;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>Messages whose JSON form is an object of their fields.</summary>
internal sealed class MessageCodec<T>(MessageDescriptor descriptor) : ValueCodec<T>
    where T : class, IMessage
{
    private static readonly Func<T> Create = Expression.Lambda<Func<T>>(Expression.New(typeof(T))).Compile();

    private readonly MessagePlan _plan = MessagePlan.Of(descriptor);

    public override bool IsDefault(T value) => false;

    public override void Write(Utf8JsonWriter writer, T value) => _plan.Write(writer, value);

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out T value)
    {
        value = Create();
        return _plan.TryRead(ref reader, reading, value);
    }
}
