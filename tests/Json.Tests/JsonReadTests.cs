using System.Text;
using Google.Protobuf.WellKnownTypes;
using Library.V1;
using ServiceOrdering.Json;

namespace Json.Tests;

public sealed class JsonReadTests
{
    private static Everything Read(string json)
    {
        var message = new Everything();
        var result = JsonFormat.Read(Encoding.UTF8.GetBytes(json), message, JsonSource.Request);
        Assert.True(result.Succeeded, $"{result.Malformation} {string.Join(' ', result.Violations)}");
        return message;
    }

    private static (string Place, JsonViolationKind Kind, string Message)[] Violations(string json, Google.Protobuf.IMessage? target = null, JsonSource source = JsonSource.Request)
    {
        var result = JsonFormat.Read(Encoding.UTF8.GetBytes(json), target ?? new Everything(), source);
        Assert.Null(result.Malformation);
        return [.. result.Violations.Select(violation => (violation.Place, violation.Kind, violation.Message))];
    }

    private static JsonMalformation Malformation(byte[] json) =>
        JsonFormat.Read(json, new Book(), JsonSource.Request).Malformation ?? throw new InvalidOperationException("The text was read.");

    private static JsonMalformation Malformation(string json) => Malformation(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("2026-01-15T08:00:00Z", 1768464000, 0)]
    [InlineData("2026-01-15t08:00:00.5z", 1768464000, 500_000_000)]
    [InlineData("2026-01-15T09:30:00.123456789+01:30", 1768464000, 123_456_789)]
    [InlineData("2026-01-15T00:00:00.1234567891234-08:00", 1768464000, 123_456_789)]
    [InlineData("0001-01-01T00:00:00Z", -62135596800, 0)]
    public void Timestamps_are_read_with_any_offset_and_any_fraction(string text, long seconds, int nanos) =>
        Assert.Equal(new Timestamp { Seconds = seconds, Nanos = nanos }, Read($$"""{"time":"{{text}}"}""").Time);

    [Theory]
    [InlineData("2026-01-15T08:00:00")]
    [InlineData("2026-01-15")]
    [InlineData("2026-02-30T08:00:00Z")]
    [InlineData("2026-01-15T24:00:00Z")]
    [InlineData("2026-01-15T08:00:00.Z")]
    [InlineData("2026-01-15T08:00:00+1:00")]
    [InlineData("2026-01-15T08:00:00+01:00x")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("")]
    public void A_date_without_offset_or_beside_the_calendar_is_refused(string text) =>
        Assert.Equal("/time", Assert.Single(Violations($$"""{"time":"{{text}}"}""")).Place);

    [Fact]
    public void Numbers_are_read_as_numbers_and_as_strings()
    {
        var message = Read("""{"plainInt32":"12","optionalInt32":1.0e2,"plainInt64":-5,"optionalUint64":"18446744073709551615","plainDouble":"1.5","optionalFloat":"NaN"}""");

        Assert.Equal(12, message.PlainInt32);
        Assert.Equal(100, message.OptionalInt32);
        Assert.Equal(-5, message.PlainInt64);
        Assert.Equal(ulong.MaxValue, message.OptionalUint64);
        Assert.Equal(1.5, message.PlainDouble);
        Assert.True(float.IsNaN(message.OptionalFloat));
    }

    [Theory]
    [InlineData("plainInt32", "2147483648")]
    [InlineData("plainInt32", "1.5")]
    [InlineData("plainInt32", "\" 1\"")]
    [InlineData("plainInt32", "\"\"")]
    [InlineData("plainInt32", "true")]
    [InlineData("plainInt32", "1e999999")]
    [InlineData("plainUint32", "-1")]
    [InlineData("plainInt64", "9223372036854775808")]
    [InlineData("plainDouble", "1e999")]
    [InlineData("plainDouble", "\"nan\"")]
    [InlineData("optionalFloat", "1e40")]
    [InlineData("plainBool", "\"true\"")]
    [InlineData("plainString", "1")]
    [InlineData("plainString", "{\"a\":[1]}")]
    [InlineData("plainBytes", "\"*\"")]
    [InlineData("value", "1e999")]
    [InlineData("struct", "[]")]
    [InlineData("list", "{}")]
    [InlineData("duration", "\"1\"")]
    [InlineData("mask", "1")]
    [InlineData("wrappedInt32", "\"x\"")]
    [InlineData("child", "[]")]
    [InlineData("repeatedString", "\"a\"")]
    [InlineData("textByNumber", "[]")]
    public void A_value_that_does_not_fit_is_a_violation_at_its_place(string member, string value)
    {
        var violation = Assert.Single(Violations($$"""{"plainUint32":1,"{{member}}":{{value}},"choiceText":"x"}""".Replace("\"plainUint32\":1,", member == "plainUint32" ? "" : "\"plainUint32\":1,")));

        Assert.Equal(("/" + member, JsonViolationKind.Invalid), (violation.Place, violation.Kind));
    }

    [Theory]
    [InlineData("\"ON_SHELF\"")]
    [InlineData("\"OnShelf\"")]
    [InlineData("\"BOOK_STATE_ON_SHELF\"")]
    [InlineData("\"unspecified\"")]
    [InlineData("1")]
    [InlineData("0")]
    public void A_misspelled_enum_value_is_refused_and_told_what_is_allowed(string value) =>
        Assert.Equal(
            ("/plainState", JsonViolationKind.Invalid, "Must be one of onShelf, lent, lostForGood."),
            Assert.Single(Violations($$"""{"plainState":{{value}}}""")));

    [Fact]
    public void Enum_values_of_a_newer_contract_survive_storage()
    {
        var message = new Book { State = (BookState)99 };

        Assert.Equal(message, JsonFormat.Parse<Book>(Encoding.UTF8.GetBytes(JsonWriteTests.Write(message))));
    }

    [Fact]
    public void Null_is_absent_but_for_any_value()
    {
        var message = Read("""{"plainString":null,"optionalInt32":null,"child":null,"repeatedString":null,"textByNumber":null,"wrappedInt32":null,"choiceText":null,"choiceNumber":2,"value":null,"repeatedValue":[null]}""");

        Assert.Equal(
            new Everything { Value = Value.ForNull(), RepeatedValue = { Value.ForNull() }, ChoiceNumber = 2 }, message);
    }

    [Fact]
    public void Null_is_no_element_of_a_list() =>
        Assert.Equal("/repeatedString/1", Assert.Single(Violations("""{"repeatedString":["a",null]}""")).Place);

    [Fact]
    public void Two_members_of_one_choice_are_refused() =>
        Assert.Equal(
            ("/choiceNumber", JsonViolationKind.Invalid, "Only one of choiceText, choiceNumber, choiceAuthor may be given."),
            Assert.Single(Violations("""{"choiceText":"a","choiceNumber":1}""")));

    [Fact]
    public void Unknown_members_are_kept_in_their_order()
    {
        const string Json = """{"title":"Emma","z":{"b":1,"a":[true,null]},"page_count":5,"extensions":{},"@schemaLocation":"x"}""";

        var book = JsonFormat.Parse<Book>(Encoding.UTF8.GetBytes(Json));

        Assert.Equal(["z", "page_count", "extensions", "@schemaLocation"], book.Extensions.Fields.Keys);
        Assert.False(book.HasPageCount);
        Assert.Equal(Json, JsonWriteTests.Write(book));
    }

    [Fact]
    public void Unknown_members_are_passed_over_where_the_contract_says_so() =>
        Assert.Equal(new Card { Reader = "a" }, JsonFormat.Parse<Card>("{\"x\":{\"y\":[1]},\"reader\":\"a\",\"lent\":null,\"z\":2}"u8));

    [Fact]
    public void A_message_without_room_for_unknown_members_refuses_them_by_name() =>
        Assert.Equal(
            [("/author/0/birth_place", JsonViolationKind.Invalid, "Author has no member \"birth_place\"; did you mean 'birthPlace'?")],
            Violations("""{"title":"Emma","author":[{"name":"Jane","birth_place":{"a":1}}]}""", new Book()));

    [Fact]
    public void What_the_server_sets_is_skipped_in_a_request_whatever_it_is()
    {
        var book = new Book();

        Assert.Empty(Violations("""{"id":{"a":[1e999]},"href":5,"title":"Emma"}""", book));
        Assert.Equal(new Book { Title = "Emma" }, book);
    }

    [Fact]
    public void What_the_server_sets_is_refused_where_strict_handling_is_asked_for() =>
        Assert.Equal(
            [("/id", JsonViolationKind.ReadOnly, "Is set by the server alone."), ("/href", JsonViolationKind.ReadOnly, "Is set by the server alone.")],
            Violations("""{"id":"1","href":5,"title":"Emma"}""", new Book(), JsonSource.StrictRequest));

    [Fact]
    public void What_the_server_sets_is_loaded_from_storage() =>
        Assert.Equal(new Book { Id = "1" }, JsonFormat.Parse<Book>("""{"id":"1"}"""u8));

    [Fact]
    public void All_violations_are_told_at_once_each_with_its_place()
    {
        const string Json = """
            {"title":1,"a/b~c":1e999,"chapter":[{"title":"x"},{"title":false,"chapter":[7]}],"state":"gone","author":[null,{"x":1}]}
            """;

        Assert.Equal(
            ["/title", "/a~1b~0c", "/chapter/1/title", "/chapter/1/chapter/0", "/state", "/author/0", "/author/1/x"],
            Violations(Json, new Book()).Select(violation => violation.Place));
    }

    [Fact]
    public void No_more_than_100_violations_are_told() =>
        Assert.Equal(100, Violations($$"""{"repeatedString":[{{string.Join(',', Enumerable.Repeat("1", 500))}}]}""").Length);

    [Theory]
    [InlineData("", 1, 1, "")]
    [InlineData("{", 1, 2, "")]
    [InlineData("{\"title\":\"Emma\"", 1, 16, "/title")]
    [InlineData("{\"title\":Emma}", 1, 10, "/title")]
    [InlineData("{\n \"chapter\": [ {}, x ] }", 2, 19, "/chapter/0")]
    [InlineData("{} x", 1, 4, "")]
    [InlineData("{}{}", 1, 3, "")]
    [InlineData("{\"title\":\"a\",}", 1, 14, "/title")]
    [InlineData("{/* */}", 1, 2, "")]
    public void A_text_that_is_no_json_is_refused_with_line_and_byte(string json, int line, int column, string place)
    {
        var malformation = Malformation(json);

        Assert.Equal((line, column), (malformation.Line, malformation.Byte));
        Assert.StartsWith(place, malformation.Place, StringComparison.Ordinal);
        Assert.EndsWith($"Line {line}, byte {column}.", malformation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"title":"a","title":"b"}""", "/title")]
    [InlineData("""{"title":"a","\u0074itle":"b"}""", "/title")]
    [InlineData("""{"chapter":[{},{"title":"a","title":"b"}]}""", "/chapter/1/title")]
    [InlineData("""{"x":1,"x":2}""", "/x")]
    [InlineData("""{"x":[{"y":1,"y":2}]}""", "/x/0/y")]
    [InlineData("""{"cover":{"y":1,"y":2}}""", "/cover/y")]
    [InlineData("""{"id":{"y":1,"y":2}}""", "/id/y")]
    [InlineData("""{"title":{"y":{"z":1,"z":2}}}""", "/title/y/z")]
    [InlineData("""{"author":[{"x":1,"x":2}]}""", "/author/0/x")]
    public void A_member_that_stands_twice_is_refused_at_every_level(string json, string place)
    {
        var malformation = Malformation(json);

        Assert.Equal(place, malformation.Place);
        Assert.Contains("twice", malformation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_stands_twice_in_a_map_is_refused() =>
        Assert.NotNull(JsonFormat.Read("""{"textByNumber":{"1":"a","1":"b"}}"""u8, new Everything()).Malformation);

    [Theory]
    [InlineData("""{"title":"\ud800"}""", "/title")]
    [InlineData("""{"x":"\udc00 "}""", "/x")]
    [InlineData("""{"id":"\ud800"}""", "/id")]
    [InlineData("""{"\ud800":1}""", "/")]
    [InlineData("""{"state":"\ud800"}""", "/state")]
    [InlineData("""{"pageCount":"\ud800"}""", "/pageCount")]
    public void Half_a_surrogate_pair_is_refused(string json, string place) =>
        Assert.StartsWith(place, Malformation(json).Place, StringComparison.Ordinal);

    [Fact]
    public void Invalid_utf8_is_refused_at_its_place()
    {
        var malformation = Malformation([.. "{\"chapter\":[{\"title\":\"a"u8, 0xFF, .. "\"}]}"u8]);

        Assert.Equal((1, 24), (malformation.Line, malformation.Byte));
        Assert.StartsWith("/chapter/0/title", malformation.Place, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JsonSource.Request, 30, true)]
    [InlineData(JsonSource.Request, 31, false)]
    [InlineData(JsonSource.Stored, 128, true)]
    [InlineData(JsonSource.Stored, 129, false)]
    public void Nesting_has_an_end(JsonSource source, int depth, bool isRead)
    {
        var json = $$"""{"x":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""";

        var result = JsonFormat.Read(Encoding.UTF8.GetBytes(json), new Book(), source);

        Assert.Equal(isRead, result.Succeeded);
        if (!isRead)
            Assert.StartsWith($"The text is nested deeper than the {depth - 1} levels", result.Malformation!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_free_json_is_read_as_deep_as_an_event_may_have_it()
    {
        var book = JsonFormat.Parse<Book>(Encoding.UTF8.GetBytes($$"""{"x":{{new string('[', 40)}}{{new string(']', 40)}}}"""));

        Assert.Equal($$"""{"x":{{new string('[', 31)}}null{{new string(']', 31)}}}""", JsonWriteTests.Write(book));
    }

    [Fact]
    public void A_byte_order_mark_is_tolerated() =>
        Assert.True(JsonFormat.Read([0xEF, 0xBB, 0xBF, .. "{}"u8], new Book()).Succeeded);

    [Fact]
    public void Nul_and_all_planes_of_unicode_come_back()
    {
        var book = JsonFormat.Parse<Book>("""{"title":"\u0000\ud83d\ude00"}"""u8);

        Assert.Equal("\0😀", book.Title);
        Assert.Equal(book, JsonFormat.Parse<Book>(Encoding.UTF8.GetBytes(JsonWriteTests.Write(book))));
    }

    [Fact]
    public void A_root_that_is_no_object_is_a_violation_of_the_whole() =>
        Assert.Equal(("", JsonViolationKind.Invalid, "Must be an object."), Assert.Single(Violations("[1,2]", new Book())));

    [Fact]
    public void Stored_text_that_is_no_such_message_is_an_exception() =>
        Assert.Throws<InvalidDataException>(() => JsonFormat.Parse<Author>("""{"shelf":1}"""u8));
}
