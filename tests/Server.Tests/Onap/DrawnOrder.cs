using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>Messages that their descriptors allow, by the numbers of a random source.</summary>
internal sealed class DrawnOrder(Random random)
{
    private static readonly string[] Texts = ["", "a", "Zürich", "\"\\/\n", "null", "dependency", "reliesOn", "related", "active", "inactive", "designed", "@type", "2020-01-01T00:00:00Z"];

    /// <summary>A message with some of its members; what is not settable is left out where a client is to have sent it.</summary>
    public T Any<T>(int depth, bool isSent)
        where T : IMessage, new() => (T)Fill(new T(), depth, isSent);

    private IMessage Fill(IMessage message, int depth, bool isSent)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (random.Next(2) == 0 || (isSent && !FieldRules.IsSettable(field, Tmf.Rest.V1.Phase.Creation)))
                continue;
            var isObject = field.FieldType == FieldType.Message && field.MessageType.File.Package != "google.protobuf";
            if (isObject && depth == 0)
                continue;
            for (var i = field.IsRepeated ? random.Next(1, 3) : 1; i > 0; i--)
            {
                var value = isObject ? Fill((IMessage)Activator.CreateInstance(field.MessageType.ClrType)!, depth - 1, isSent) : Value(field);
                if (field.IsRepeated)
                    ((IList)field.Accessor.GetValue(message)).Add(value);
                else
                    field.Accessor.SetValue(message, value);
            }
        }
        return message;
    }

    private object Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => Text(),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Int32 => random.Next(1000),
        FieldType.Double => random.NextDouble(),
        FieldType.Enum => System.Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[random.Next(1, field.EnumType.Values.Count)].Number),
        _ when field.MessageType == Timestamp.Descriptor => new Timestamp { Seconds = random.NextInt64(0, 4_000_000_000), Nanos = random.Next(1000) * 1_000_000 },
        _ when field.MessageType == Struct.Descriptor => Members(2),
        _ when field.MessageType == Google.Protobuf.WellKnownTypes.Value.Descriptor => Json(3),
        _ => throw new InvalidOperationException($"{field.FullName} is of a kind that is not drawn."),
    };

    private Struct Members(int depth)
    {
        var members = new Struct();
        // Those of NBI's own among them, with anything in them.
        foreach (var name in new[] { "onapNbi", "serviceState", "targetServiceSchema", "serviceCharacteristicValue", "type", $"x{Text()}" }.Where(_ => random.Next(3) == 0))
            members.Fields[name] = Json(depth);
        return members;
    }

    private Value Json(int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => Google.Protobuf.WellKnownTypes.Value.ForString(Text()),
        1 => Google.Protobuf.WellKnownTypes.Value.ForNumber(random.Next(1000)),
        2 => Google.Protobuf.WellKnownTypes.Value.ForBool(random.Next(2) == 0),
        3 => Google.Protobuf.WellKnownTypes.Value.ForNull(),
        4 => Google.Protobuf.WellKnownTypes.Value.ForStruct(Members(depth - 1)),
        _ => Google.Protobuf.WellKnownTypes.Value.ForList(Json(depth - 1), Json(depth - 1)),
    };

    private string Text() => Texts[random.Next(Texts.Length)];
}
