using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Library.V1;
using ServiceOrdering.Json;

namespace Json.Tests;

/// <summary>Numbers in free JSON come back as they were sent.</summary>
public sealed class NumberTextTests
{
    private static readonly Gen<string> Digits = Gen.ListOf(Gen.Elements("0123456789".ToCharArray()), 25).Select(digits => new string([.. digits]));

    private static readonly Gen<string> Number =
        from sign in Gen.Elements("", "-")
        from whole in Digits.Select(digits => digits.TrimStart('0') is { Length: > 0 } rest ? rest : "0")
        from fraction in Gen.OneOf(Gen.Constant(""), Digits.Select(digits => $".{digits}0"))
        from exponent in Gen.OneOf(Gen.Constant(""), from e in Gen.Elements("e", "E", "e+", "e-") from digits in Gen.Choose(0, 280) select $"{e}{digits}")
        select sign + whole + fraction + exponent;

    public static TheoryData<string> Numbers =>
    [
        "9007199254740993", "12345678901234567890", "1.10", "1.0", "-0", "-0.0", "1e2", "1E+2", "1E-7", "100000000000000000000000", "0.1000000000000000055511151231257827",
        "1e-400", "0e9999", new string('9', 300), $"0.{new string('3', 998)}",
    ];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Number_comes_back_as_it_was_sent(string number)
    {
        var json = $$"""{"cover":[{{number}},{"a":{{number}}}],"x":{{number}}}""";

        Assert.Equal(json, JsonFormat.ToText(Travelled(Read(json))));
    }

    [Fact]
    public void Any_number_of_JSON_comes_back_as_it_was_sent() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Number.ToArbitrary(), number =>
        {
            var json = $$"""{"cover":{{number}}}""";
            Assert.Equal(json, JsonFormat.ToText(Travelled(Read(json))));
        }));

    [Fact]
    public void Who_reads_the_message_gets_the_nearest_double()
    {
        Assert.Equal(9007199254740992, Read("""{"cover":9007199254740993}""").Cover.NumberValue);
        Assert.Equal(1.1, Read("""{"cover":1.10}""").Cover.NumberValue);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("123456789012345")]
    [InlineData("-1.5")]
    [InlineData("1E+20")]
    public void Number_that_is_written_as_it_was_sent_needs_no_text(string number) =>
        Assert.Equal(new Value { NumberValue = 0 }.CalculateSize(), Read($$"""{"cover":{{number}}}""").Cover.CalculateSize());

    [Fact]
    public void Number_that_was_set_since_is_told()
    {
        var book = Read("""{"cover":1.10}""");

        book.Cover.NumberValue = 1.2;

        Assert.Equal("""{"cover":1.2}""", JsonFormat.ToText(book));
    }

    [Theory]
    [InlineData("1.50\"")]
    [InlineData("1.50 ")]
    [InlineData(" 1.50")]
    [InlineData("[1.50]")]
    [InlineData("01.5")]
    [InlineData("1.50}")]
    [InlineData("\"1.50\"")]
    [InlineData("NaN")]
    [InlineData("")]
    public void Text_that_is_not_the_number_is_not_believed(string text)
    {
        var book = new Book { Cover = Value.ForNumber(1.5) };
        book.Cover.MergeFrom(Field(text));

        Assert.Equal("""{"cover":1.5}""", JsonFormat.ToText(book));
    }

    [Fact]
    public void Text_of_a_message_is_believed_where_it_is_the_number()
    {
        var book = new Book { Cover = Value.ForNumber(1.5) };
        book.Cover.MergeFrom(Field("0.1"));
        book.Cover.MergeFrom(Field("1.50"));

        Assert.Equal("""{"cover":1.50}""", JsonFormat.ToText(book));
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e309")]
    [InlineData("1e00001")]
    [InlineData("1e-10000")]
    public void Number_that_no_database_would_take_is_refused(string number) => Refused(number);

    [Fact]
    public void Number_is_not_longer_than_1000_characters() => Refused(new string('1', 1001));

    private static void Refused(string number)
    {
        var result = JsonFormat.Read(Encoding.UTF8.GetBytes($$$"""{"cover":{"a":[{{{number}}}]}}"""), new Book(), JsonSource.Request);

        Assert.Equal("/cover/a/0", Assert.Single(result.Violations).Place);
    }

    private static Book Read(string json) => JsonFormat.Parse<Book>(Encoding.UTF8.GetBytes(json));

    /// <summary>The book after a way over gRPC.</summary>
    private static Book Travelled(Book book) => Book.Parser.ParseFrom(book.Clone().ToByteArray());

    private static byte[] Field(string text)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(51641, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
        output.Flush();
        return bytes.ToArray();
    }
}
