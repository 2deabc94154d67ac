using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Library.V1;
using ServiceOrdering.Json;

namespace Json.Tests;

/// <summary>Reading and writing JSON as an algebra.</summary>
public sealed class JsonProperties
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(500);

    private static readonly Gen<string> Text = Gen.OneOf(
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get).Where(text => !text.Any(char.IsSurrogate)),
        Gen.Elements("", "Zürich", "😀", "\"\\/\n\0", "<&'>", "null"));

    // Any name but the known ones, which have types of their own.
    private static readonly Gen<string> Stranger = Text.Select(text => "x" + text);

    private static Gen<JsonNode?> Any(int depth)
    {
        var leaf = Gen.OneOf(
            Text.Select(text => (JsonNode?)text),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => (JsonNode?)number.Get),
            ArbMap.Default.GeneratorFor<int>().Select(number => (JsonNode?)number),
            Gen.Elements<JsonNode?>(true, false, null).Select(node => node?.DeepClone()));
        return depth == 0 ? leaf : Gen.OneOf(
            leaf,
            Gen.ListOf(Any(depth - 1), 3).Select(nodes => (JsonNode?)new JsonArray([.. nodes.Select(node => node?.DeepClone())])),
            Object(Gen.Zip(Text, Any(depth - 1)), 3).Select(node => (JsonNode?)node));
    }

    private static Gen<JsonObject> Object(Gen<(string Name, JsonNode? Value)> member, int most) =>
        Gen.ListOf(member).Select(members =>
        {
            var json = new JsonObject();
            foreach (var (name, value) in members.Take(most))
            {
                json[name] = value?.DeepClone();
            }

            return json;
        });

    private static readonly Gen<JsonObject> BookJson = Object(
        Gen.OneOf(
            Text.Select(text => ("title", (JsonNode?)text)),
            Text.Select(text => ("@type", (JsonNode?)text)),
            ArbMap.Default.GeneratorFor<int>().Select(number => ("pageCount", (JsonNode?)number)),
            Gen.Elements("onShelf", "lent", "lostForGood").Select(state => ("state", (JsonNode?)state)),
            ArbMap.Default.GeneratorFor<DateTime>().Select(time => ("publishedOn", (JsonNode?)time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
            Any(3).Select(cover => ("cover", cover)),
            Gen.ListOf(Text.Select(name => (JsonNode?)new JsonObject { ["name"] = name }), 2)
                .Select(authors => ("author", (JsonNode?)new JsonArray([.. authors.Select(author => author!.DeepClone())]))),
            Gen.Zip(Stranger, Any(3))),
        8);

    // An empty list and a null are absent; elsewhere they stay.
    private static JsonObject WithoutAbsent(JsonObject json)
    {
        var present = json.Where(member =>
            (member.Key == "cover" || member.Key.StartsWith('x') || member.Value is not null) && !(member.Key == "author" && member.Value!.AsArray().Count == 0));
        return new JsonObject(present.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
    }

    [Fact]
    public void A_json_object_that_fits_comes_back_unknown_members_included() =>
        Check.One(Config, Prop.ForAll(BookJson.ToArbitrary(), json =>
        {
            var book = JsonFormat.Parse<Book>(JsonSerializer.SerializeToUtf8Bytes(json));
            var back = JsonNode.Parse(JsonWriteTests.Write(book));
            Assert.True(JsonNode.DeepEquals(WithoutAbsent(json), back), $"{json.ToJsonString()} became {back!.ToJsonString()}");
            Assert.Equal(json.Where(member => member.Key.StartsWith('x')).Select(member => member.Key), back.AsObject().Where(member => member.Key.StartsWith('x')).Select(member => member.Key));
        }));

    [Fact]
    public void A_message_comes_back_from_its_json() =>
        Check.One(Config, Prop.ForAll(Message(2).ToArbitrary(), message =>
            Assert.Equal(message, JsonFormat.Parse<Everything>(Encoding.UTF8.GetBytes(JsonWriteTests.Write(message))))));

    [Fact]
    public void Any_bytes_have_an_answer() =>
        Check.One(Config, Prop.ForAll(Bytes.ToArbitrary(), bytes =>
        {
            foreach (var source in System.Enum.GetValues<JsonSource>())
            {
                var result = JsonFormat.Read(bytes, new Everything(), source);
                Assert.All(result.Violations, violation => Assert.NotNull(violation.Place));
            }
        }));

    // Bytes of all kinds, and texts that are nearly right.
    private static Gen<byte[]> Bytes => Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>(),
        Gen.ListOf(Gen.Elements("{", "}", "[", "]", ":", ",", "\"", "\\u", "d800", "plainInt32", "\"time\"", "\"struct\"", "\"value\"", "1", "e999", "-", ".", "null", "true", "\u00FC", " "))
            .Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))),
        Gen.Zip(Message(1), Gen.Zip(Gen.Choose(0, 10_000), Gen.Choose(0, 255))).Select(broken =>
        {
            var json = Encoding.UTF8.GetBytes(JsonWriteTests.Write(broken.Item1));
            json[broken.Item2.Item1 % json.Length] = (byte)broken.Item2.Item2;
            return json;
        }));

    private static Gen<Everything> Message(int depth)
    {
        var timestamp = ArbMap.Default.GeneratorFor<DateTime>().Select(time =>
            Timestamp.FromDateTime(new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc)));
        var number = ArbMap.Default.GeneratorFor<double>();
        var state = Gen.Elements(BookState.OnShelf, BookState.Lent, BookState.LostForGood);
        var set = new List<Gen<Action<Everything>>>
        {
            ArbMap.Default.GeneratorFor<int>().Select<int, Action<Everything>>(value => message => message.PlainInt32 = value),
            ArbMap.Default.GeneratorFor<int>().Select<int, Action<Everything>>(value => message => message.OptionalInt32 = value),
            ArbMap.Default.GeneratorFor<long>().Select<long, Action<Everything>>(value => message => message.PlainInt64 = value),
            ArbMap.Default.GeneratorFor<ulong>().Select<ulong, Action<Everything>>(value => message => message.OptionalUint64 = value),
            number.Select<double, Action<Everything>>(value => message => message.PlainDouble = value),
            ArbMap.Default.GeneratorFor<float>().Select<float, Action<Everything>>(value => message => message.OptionalFloat = value),
            Text.Select<string, Action<Everything>>(value => message => message.PlainString = value),
            ArbMap.Default.GeneratorFor<byte[]>().Select<byte[], Action<Everything>>(value => message => message.PlainBytes = ByteString.CopyFrom(value ?? [])),
            state.Select<BookState, Action<Everything>>(value => message => message.RepeatedState.Add(value)),
            timestamp.Select<Timestamp, Action<Everything>>(value => message => message.RepeatedTime.Add(value)),
            timestamp.Select<Timestamp, Action<Everything>>(value => message => message.Time = value),
            Gen.Choose(int.MinValue, int.MaxValue).Select<int, Action<Everything>>(value => message => message.Duration = Duration.FromTimeSpan(new TimeSpan(value * 1_000L))),
            Any(2).Select<JsonNode?, Action<Everything>>(value => message => message.Value = Value.Parser.ParseJson(value?.ToJsonString() ?? "null")),
            Gen.Zip(Text, number).Select<(string, double), Action<Everything>>(entry => message => message.AuthorByName[entry.Item1] = new Author { Name = $"{entry.Item2}" }),
            Gen.Zip(ArbMap.Default.GeneratorFor<int>(), Text).Select<(int, string), Action<Everything>>(entry => message => message.TextByNumber[entry.Item1] = entry.Item2),
            number.Select<double, Action<Everything>>(value => message => message.NumberByFlag[value > 0] = value),
            Text.Select<string, Action<Everything>>(value => message => message.ChoiceText = value),
            ArbMap.Default.GeneratorFor<int>().Select<int, Action<Everything>>(value => message => message.ChoiceNumber = value),
            ArbMap.Default.GeneratorFor<long>().Select<long, Action<Everything>>(value => message => message.WrappedInt64 = value),
            Text.Select<string, Action<Everything>>(value => message => message.WrappedString = value),
            ArbMap.Default.GeneratorFor<int>().Select<int, Action<Everything>>(value => message => message.RepeatedWrapped.Add(value)),
        };
        if (depth > 0)
        {
            set.Add(Message(depth - 1).Select<Everything, Action<Everything>>(child => message => message.Child = child));
        }

        return Gen.ListOf(Gen.OneOf(set)).Select(actions =>
        {
            var message = new Everything();
            foreach (var action in actions)
            {
                action(message);
            }

            return message;
        });
    }
}
