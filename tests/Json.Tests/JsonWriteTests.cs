using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Library.V1;
using ServiceOrdering.Json;

namespace Json.Tests;

public sealed class JsonWriteTests
{
    internal static string Write(IMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonFormat.Write(message, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Fact]
    public void An_empty_message_is_an_empty_object() => Assert.Equal("{}", Write(new Everything()));

    [Fact]
    public void What_is_absent_is_shown_where_the_contract_says_so() =>
        Assert.Equal("{\"reader\":null,\"author\":null,\"since\":null,\"lent\":null,\"reserved\":[]}", Write(new Card()));

    [Fact]
    public void What_is_there_is_shown_as_ever_beside_what_is_absent() =>
        Assert.Equal(
            "{\"reader\":\"\",\"author\":null,\"since\":null,\"lent\":[\"a\"],\"reserved\":[],\"remark\":\"b\"}",
            Write(new Card { Reader = "", Lent = { "a" }, Remark = "b" }));

    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00.000Z")]
    [InlineData(1768464000, 999_999_999, "2026-01-15T08:00:00.999Z")]
    [InlineData(-1, 1_000_000, "1969-12-31T23:59:59.001Z")]
    [InlineData(-62135596800, 0, "0001-01-01T00:00:00.000Z")]
    [InlineData(253402300799, 999_999_999, "9999-12-31T23:59:59.999Z")]
    public void Timestamps_have_exactly_milliseconds_in_utc_and_the_rest_is_cut(long seconds, int nanos, string text) =>
        Assert.Equal($$"""{"time":"{{text}}"}""", Write(new Everything { Time = new Timestamp { Seconds = seconds, Nanos = nanos } }));

    [Fact]
    public void A_timestamp_that_is_no_instant_is_an_exception() =>
        Assert.ThrowsAny<Exception>(() => Write(new Everything { Time = new Timestamp { Seconds = long.MaxValue } }));

    [Fact]
    public void Enums_lose_the_prefix_of_their_type_and_are_lower_camel() =>
        Assert.Equal(
            """{"plainState":"lostForGood","repeatedState":["onShelf","lent"],"kind":"privateUse"}""",
            Write(new Everything
            {
                PlainState = BookState.LostForGood,
                RepeatedState = { BookState.OnShelf, BookState.Lent },
                Kind = Everything.Types.IPv4Kind.PrivateUse,
            }));

    [Fact]
    public void The_unspecified_enum_value_is_never_written() =>
        Assert.Equal("{}", Write(new Book { State = BookState.Unspecified }));

    [Fact]
    public void Integers_of_64_bits_are_strings_and_smaller_ones_numbers() =>
        Assert.Equal(
            """{"plainInt32":-2147483648,"plainInt64":"-9223372036854775808","optionalUint64":"18446744073709551615","plainUint32":4294967295}""",
            Write(new Everything
            {
                PlainInt32 = int.MinValue,
                PlainInt64 = long.MinValue,
                OptionalUint64 = ulong.MaxValue,
                PlainUint32 = uint.MaxValue,
            }));

    [Fact]
    public void Numbers_that_json_does_not_have_are_strings() =>
        Assert.Equal(
            """{"plainDouble":"NaN","optionalFloat":"-Infinity"}""",
            Write(new Everything { PlainDouble = double.NaN, OptionalFloat = float.NegativeInfinity }));

    [Fact]
    public void Zeros_are_written_where_they_were_set_explicitly() =>
        Assert.Equal(
            """{"optionalInt32":0,"optionalFloat":0,"optionalBool":false,"wrappedInt32":0,"wrappedString":"","choiceNumber":0}""",
            Write(new Everything
            {
                OptionalInt32 = 0,
                OptionalFloat = 0,
                OptionalBool = false,
                WrappedInt32 = 0,
                WrappedString = "",
                ChoiceNumber = 0,
                PlainInt32 = 0,
                PlainString = "",
            }));

    [Fact]
    public void Text_stays_as_it_is_beyond_what_json_itself_escapes() =>
        Assert.Equal(
            """{"plainString":"<b>Zürich & 'Łódź' + \" \\ \n"}""", Write(new Everything { PlainString = "<b>Zürich & 'Łódź' + \" \\ \n" }));

    [Fact]
    public void Well_known_types_have_their_own_forms() =>
        Assert.Equal(
            """{"plainBytes":"+/8=","duration":"-0.250s","mask":"note,birthPlace.title","value":null,"list":[1,"a",null],"wrappedInt64":"5"}""",
            Write(new Everything
            {
                PlainBytes = ByteString.CopyFrom(0xFB, 0xFF),
                Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(-250)),
                Mask = new FieldMask { Paths = { "note", "birth_place.title" } },
                Value = Value.ForNull(),
                List = new ListValue { Values = { Value.ForNumber(1), Value.ForString("a"), Value.ForNull() } },
                WrappedInt64 = 5,
            }));

    [Fact]
    public void Maps_are_objects() =>
        Assert.Equal(
            """{"authorByName":{"a":{"name":"A"}},"textByNumber":{"-1":"x"},"numberByFlag":{"true":1.5}}""",
            Write(new Everything
            {
                AuthorByName = { ["a"] = new Author { Name = "A" } },
                TextByNumber = { [-1] = "x" },
                NumberByFlag = { [true] = 1.5 },
            }));

    [Fact]
    public void An_any_is_its_type_and_its_bytes() =>
        Assert.Equal(
            """{"any":{"@type":"type.googleapis.com/library.v1.Author","value":"CgFB"}}""",
            Write(new Everything { Any = Any.Pack(new Author { Name = "A" }) }));

    [Fact]
    public void Members_come_in_order_of_declaration_then_those_about_the_object_then_unknown_ones_as_sent() =>
        Assert.Equal(
            """{"id":"1","title":"Emma","author":[{"name":"Jane"}],"@type":"Novel","z":1,"a":{"y":[],"b":null}}""",
            Write(new Book
            {
                Extensions = new Struct
                {
                    Fields =
                    {
                        ["z"] = Value.ForNumber(1),
                        ["a"] = Value.ForStruct(new Struct { Fields = { ["y"] = Value.ForList(), ["b"] = Value.ForNull() } }),
                    },
                },
                Type = "Novel",
                Author = { new Author { Name = "Jane" } },
                Title = "Emma",
                Id = "1",
            }));

    [Fact]
    public void An_unknown_member_never_stands_in_for_a_known_one() =>
        Assert.Equal(
            """{"title":"Emma","page_count":1,"extensions":2}""",
            Write(new Book
            {
                Title = "Emma",
                Extensions = new Struct
                {
                    Fields =
                    {
                        ["title"] = Value.ForString("Other"),
                        ["note"] = Value.ForString("Other"),
                        ["page_count"] = Value.ForNumber(1),
                        ["extensions"] = Value.ForNumber(2),
                    },
                },
            }));
}
