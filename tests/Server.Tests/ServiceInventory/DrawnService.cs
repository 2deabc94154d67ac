using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;
using Tmf.Common.V5;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

/// <summary>Services that the contract's descriptors allow, by the numbers of a random source.</summary>
internal sealed class DrawnService(Random random)
{
    private static readonly string[] Texts = ["", "a", "Zürich", "😀", "\"\\/\n\u0001", "<&'>", "null", "2020-01-01T00:00:00Z"];

    /// <summary>Names of the schemas that a service reaches, with the fields on a shortest way there.</summary>
    public static IReadOnlyDictionary<string, FieldDescriptor[]> Paths { get; } = FindPaths();

    /// <summary>A service with what is required, and some of the rest.</summary>
    public Service Any(int depth) => (Service)Fill(new Service(), depth, isWanted: _ => random.Next(3) == 0);

    /// <summary>A service with what is required, and an object at the end of the path that has every member.</summary>
    public Service Along(IReadOnlyList<FieldDescriptor> path)
    {
        var service = (Service)Fill(new Service(), 0, _ => false);
        IMessage place = service;
        foreach (var field in path)
        {
            var inner = Fill(New(field.MessageType), 0, _ => false);
            Put(field, place, inner);
            place = inner;
        }
        Fill(place, 1, _ => true);
        return service;
    }

    private IMessage Fill(IMessage message, int depth, Predicate<FieldDescriptor> isWanted)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            // With a class of its own each object stays as it is.
            var isNeeded = FieldRules.IsRequired(field) || field.Name == "type";
            var isObject = field.FieldType == FieldType.Message && field.MessageType.File.Package != "google.protobuf";
            if (!isNeeded && (field.Name is "id" or "href" && message is Service || !isWanted(field) || (isObject && depth == 0)))
                continue;
            for (var i = field.IsRepeated ? random.Next(1, 3) : 1; i > 0; i--)
                Put(field, message, isObject ? Fill(New(field.MessageType), Math.Max(depth - 1, 0), isWanted) : Value(field));
        }
        if (message is Service { State: ServiceState.Terminated } service)
            service.State = ServiceState.Designed;
        if (message is Service { State: ServiceState.Active } active)
            active.HasStarted = true;
        if (message is Characteristic characteristic)
            characteristic.Type = "DrawnCharacteristic";
        if (message.Descriptor.FindFieldByName("base_type") is { } baseType && baseType.Accessor.HasValue(message))
            baseType.Accessor.SetValue(message, "Drawn");
        return message;
    }

    private object Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => Text(),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Int32 => random.Next(int.MinValue, int.MaxValue),
        FieldType.Double => random.NextDouble() * Math.Pow(10, random.Next(-9, 9)),
        FieldType.Enum => field.EnumType.Values[random.Next(1, field.EnumType.Values.Count)].Number,
        _ when field.MessageType == Timestamp.Descriptor => new Timestamp { Seconds = random.NextInt64(-60_000_000_000, 250_000_000_000), Nanos = random.Next(1000) * 1_000_000 },
        _ when field.MessageType == Struct.Descriptor => Members(2),
        _ when field.MessageType == Google.Protobuf.WellKnownTypes.Value.Descriptor => Json(3),
        _ => throw new InvalidOperationException($"{field.FullName} is of a kind that is not drawn."),
    };

    private Struct Members(int depth)
    {
        var members = new Struct();
        for (var i = random.Next(1, 4); i > 0; i--)
            members.Fields[$"x-{Text()}{i}"] = Json(depth);
        return members;
    }

    private Value Json(int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => Google.Protobuf.WellKnownTypes.Value.ForString(Text()),
        1 => Google.Protobuf.WellKnownTypes.Value.ForNumber(random.NextDouble() * 1000),
        2 => Google.Protobuf.WellKnownTypes.Value.ForBool(random.Next(2) == 0),
        3 => Google.Protobuf.WellKnownTypes.Value.ForNull(),
        4 => Google.Protobuf.WellKnownTypes.Value.ForList([.. Enumerable.Range(0, random.Next(3)).Select(_ => Json(depth - 1))]),
        _ => Google.Protobuf.WellKnownTypes.Value.ForStruct(Members(depth - 1)),
    };

    private string Text() => Texts[random.Next(Texts.Length)];

    private static void Put(FieldDescriptor field, IMessage message, object value)
    {
        if (field.IsRepeated)
            ((IList)field.Accessor.GetValue(message)).Add(value);
        else
            field.Accessor.SetValue(message, field.FieldType == FieldType.Enum ? System.Enum.ToObject(field.EnumType.ClrType, value) : value);
    }

    private static IMessage New(MessageDescriptor type) => type.Parser.ParseFrom(ByteString.Empty);

    private static Dictionary<string, FieldDescriptor[]> FindPaths()
    {
        var paths = new Dictionary<string, FieldDescriptor[]> { [Service.Descriptor.Name] = [] };
        var queue = new Queue<(MessageDescriptor Type, FieldDescriptor[] Path)>([(Service.Descriptor, [])]);
        while (queue.TryDequeue(out var reached))
        {
            foreach (var field in reached.Type.Fields.InDeclarationOrder())
            {
                FieldDescriptor[] path = [.. reached.Path, field];
                if (field.FieldType == FieldType.Message && field.MessageType.File.Package != "google.protobuf" && paths.TryAdd(field.MessageType.Name, path))
                    queue.Enqueue((field.MessageType, path));
            }
        }
        return paths;
    }
}
