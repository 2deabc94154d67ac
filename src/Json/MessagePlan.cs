using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Tmf.Rest.V1;

namespace ServiceOrdering.Json;

/// <summary>How messages of one type stand in JSON. There is one plan for each type, built when it is first used.</summary>
internal sealed class MessagePlan
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> Plans = new();

    private readonly MessageDescriptor _descriptor;
    private readonly Lazy<Members> _members;

    private MessagePlan(MessageDescriptor descriptor)
    {
        _descriptor = descriptor;
        _members = new Lazy<Members>(() => new Members(descriptor));
    }

    /// <summary>The known members, in the order in which they are written.</summary>
    public IReadOnlyList<FieldPlan> Fields => Known.Fields;

    /// <summary>Whether the message stands in JSON as the member of its oneof that is set.</summary>
    public bool IsOneMember => Known.IsOneMember;

    // Later than the plan itself: types refer to each other in circles. Once, whoever else asks at the same time: others
    // keep what they find here.
    private Members Known => _members.Value;

    public static MessagePlan Of(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => new MessagePlan(d));

    /// <summary>The field with this proto name or, where asked for, this JSON name; or null.</summary>
    public FieldPlan? Find(string name, bool orJsonName = false) =>
        Fields.FirstOrDefault(field => field.Descriptor.Name == name || (orJsonName && field.JsonName == name));

    public void Write(Utf8JsonWriter writer, IMessage message)
    {
        if (Known.IsOneMember)
        {
            WriteOneMember(writer, message);
            return;
        }

        writer.WriteStartObject();
        WriteMembers(writer, message);
        writer.WriteEndObject();
    }

    public bool TryRead(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        if (Known.IsOneMember)
        {
            reading.Mismatch(ref reader, $"{_descriptor.Name} is only written: nothing in its JSON says which of its members it is.");
            return false;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reading.Mismatch(ref reader, "Must be an object.");
            return false;
        }

        ReadMembers(ref reader, reading, message);
        return true;
    }

    private void WriteOneMember(Utf8JsonWriter writer, IMessage message)
    {
        if (_descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(message) is { } member)
        {
            Known.Fields.First(field => field.Descriptor == member).WriteValue(writer, message);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private void WriteMembers(Utf8JsonWriter writer, IMessage message)
    {
        var known = Known;
        foreach (var field in known.Fields)
        {
            field.Write(writer, message);
        }

        if (known.Extensions?.Get(message) is { Fields.Count: > 0 } extensions)
        {
            foreach (var (name, value) in extensions.Fields)
            {
                if (known.Names.Find(name) < 0)
                {
                    writer.WritePropertyName(name);
                    AnyValueCodec.Instance.Write(writer, value);
                }
            }
        }
    }

    private void ReadMembers(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        var known = Known;
        Span<ulong> seen = known.Fields.Length <= 256 ? stackalloc ulong[4] : new ulong[(known.Fields.Length + 63) / 64];
        seen.Clear();
        Struct? extensions = null;
        HashSet<string>? strangers = null;
        ulong oneofs = 0;

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var index = known.Names.Find(JsonReading.Utf8Text(ref reader));
            if (index < 0 && reading.Source == JsonSource.Protobuf)
            {
                var name = JsonReading.Text(ref reader);
                index = Array.FindIndex(known.Fields, field => field.Descriptor.Name == name);
            }

            if (index < 0)
            {
                if (reading.Source == JsonSource.Protobuf)
                {
                    reader.Read();
                    JsonReading.Skip(ref reader);
                }
                else if (known.Extensions is not null && reading.Source != JsonSource.StrictRequest)
                {
                    StructCodec.TryReadMember(ref reader, reading, extensions ??= new Struct());
                }
                else if (known.IgnoresUnknown && reading.Source != JsonSource.StrictRequest)
                {
                    reader.Read();
                    JsonReading.Skip(ref reader);
                }
                else
                {
                    Refuse(ref reader, reading, strangers ??= new HashSet<string>(StringComparer.Ordinal));
                }

                continue;
            }

            var field = known.Fields[index];
            var bit = 1UL << (index & 63);
            if ((seen[index >> 6] & bit) != 0)
            {
                throw JsonReading.Duplicate(ref reader, field.JsonName);
            }

            seen[index >> 6] |= bit;
            if (!field.IsSettableAtCreation && reading.Source is (JsonSource.Request or JsonSource.StrictRequest))
            {
                SkipReadOnly(ref reader, reading);
                continue;
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.Null && !field.TakesNull)
            {
                continue;
            }

            if (field.Oneof >= 0)
            {
                if ((oneofs & (1UL << field.Oneof)) != 0)
                {
                    var members = _descriptor.Oneofs[field.Oneof].Fields.Select(member => member.JsonName);
                    reading.Mismatch(ref reader, $"Only one of {string.Join(", ", members)} may be given.");
                    continue;
                }

                oneofs |= 1UL << field.Oneof;
            }

            field.Read(ref reader, reading, message);
        }

        if (extensions is not null)
        {
            known.Extensions!.Set(message, extensions);
        }
    }

    private void Refuse(ref Utf8JsonReader reader, JsonReading reading, HashSet<string> strangers)
    {
        var name = JsonReading.Text(ref reader);
        if (!strangers.Add(name))
        {
            throw JsonReading.Duplicate(ref reader, name);
        }

        reading.Violate(ref reader, $"{_descriptor.Name} has no member \"{name}\"{NearName.Hint(name, Known.Fields.Select(field => field.JsonName))}");
        reader.Read();
        JsonReading.Skip(ref reader);
    }

    private static void SkipReadOnly(ref Utf8JsonReader reader, JsonReading reading)
    {
        if (reading.Source == JsonSource.StrictRequest)
        {
            reading.Violate(ref reader, "Is set by the server alone.", JsonViolationKind.ReadOnly);
        }

        reader.Read();
        JsonReading.Skip(ref reader);
    }

    private sealed class Members
    {
        public Members(MessageDescriptor descriptor)
        {
            var all = descriptor.Fields.InDeclarationOrder();
            var extensions = all.FirstOrDefault(field => field.GetOptions()?.GetExtension(RestExtensions.Extensions) ?? false);
            if (extensions is not null)
            {
                if (extensions.IsRepeated || extensions.FieldType != FieldType.Message || extensions.MessageType != Struct.Descriptor)
                {
                    throw new InvalidOperationException($"{extensions.FullName}: extensions need a google.protobuf.Struct.");
                }

                Extensions = new StructField(descriptor.ClrType.GetProperty(extensions.PropertyName)!);
            }

            IsOneMember = descriptor.GetOptions()?.GetExtension(RestExtensions.OneMember) ?? false;
            if (IsOneMember && (descriptor.Oneofs.Count != 1 || all.Any(field => field.RealContainingOneof is null)))
            {
                throw new InvalidOperationException($"{descriptor.FullName}: one_member needs a message that is one oneof.");
            }

            IgnoresUnknown = descriptor.GetOptions()?.GetExtension(RestExtensions.IgnoreUnknownMembers) ?? false;
            // Members about the object itself (@type) come after those of its own.
            Fields = [.. all.Where(field => field != extensions).Select(FieldPlan.Of).OrderBy(field => field.Descriptor.JsonName.StartsWith('@'))];
            Names = new NameTable([.. Fields.Select(field => field.JsonName)]);
        }

        public FieldPlan[] Fields { get; }

        public bool IsOneMember { get; }

        public bool IgnoresUnknown { get; }

        public NameTable Names { get; }

        public StructField? Extensions { get; }
    }

    private sealed class StructField(System.Reflection.PropertyInfo property)
    {
        private readonly Func<IMessage, Struct?> _get = FieldPlan.Getter<Struct?>(property);
        private readonly Action<IMessage, Struct> _set = FieldPlan.Setter<Struct>(property);

        public Struct? Get(IMessage message) => _get(message);

        public void Set(IMessage message, Struct value) => _set(message, value);
    }
}
