using System.Text;
using static ServiceOrdering.Patch.Tests.PatchDocuments;

namespace ServiceOrdering.Patch.Tests;

public class HostilePatchTests
{
    [Fact]
    public void All_problems_are_told_at_once()
    {
        var refused = Assert.Throws<PatchException>(() => Operations(
            "[{'op':'ad','path':'/a'},{'op':'add'},7,{'op':'remove','path':'/ok'},{'op':'move','path':5,'from':'/~2'},{'path':'/a'}]"));
        Assert.Equal(
            [(0, "op", "/0/op"), (1, "path", "/1/path"), (1, "value", "/1/value"), (2, null, "/2"),
                (4, "path", "/4/path"), (4, "from", "/4/from"), (5, "op", "/5/op")],
            refused.Problems.Select(problem => (problem.Operation!.Value, problem.Member, problem.Path)));
        Assert.All(refused.Problems, problem => Assert.Equal(PatchProblemKind.Malformed, problem.Kind));
        Assert.Contains("add, remove, replace, move, copy, test", refused.Problems[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]]")]
    [InlineData("{'a':1,}")]
    [InlineData("{'a':01}")]
    [InlineData("{'a':1,'a':2}")]
    [InlineData("{'b':{'a':1,'\\u0061':2}}")]
    [InlineData("{'a':'\\ud800'}")]
    [InlineData("{'\\ud800':1}")]
    [InlineData("// comment\n{}")]
    [InlineData("NaN")]
    public void What_is_no_json_is_malformed_in_every_format(string patch)
    {
        foreach (var format in PatchFormats.All)
        {
            Assert.Equal(PatchProblemKind.Malformed, Assert.Throws<PatchException>(() => PatchDocument.Parse(Utf8(patch), format)).Kind);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("'op'")]
    public void Patch_that_is_no_list_of_operations_is_malformed(string patch) =>
        Assert.Equal(PatchProblemKind.Malformed, Assert.Throws<PatchException>(() => Operations(patch)).Kind);

    [Fact]
    public void Bytes_that_are_no_utf8_are_malformed()
    {
        byte[] patch = [(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        Assert.Equal(PatchProblemKind.Malformed, Assert.Throws<PatchException>(() => PatchDocument.Parse(patch, PatchFormats.Json)).Kind);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml; application/json")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_media_types_are_refused_with_the_list_of_those_allowed(string? mediaType)
    {
        var refused = Assert.Throws<PatchException>(() => PatchDocument.Parse(Utf8("{}"), mediaType));
        Assert.Equal(PatchProblemKind.Unsupported, refused.Kind);
        Assert.All(PatchFormats.All, format => Assert.Contains(format, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void More_than_1000_operations_are_refused()
    {
        const string operation = "{'op':'test','path':'/a','value':1}";
        Assert.Equal("{'a':1}", Operations($"[{string.Join(',', Enumerable.Repeat(operation, 1000))}]").Changed("{'a':1}"));
        Assert.Equal(
            PatchProblemKind.TooLarge,
            Assert.Throws<PatchException>(() => Operations($"[{string.Join(',', Enumerable.Repeat(operation, 1001))}]")).Kind);
    }

    [Fact]
    public void Merge_patch_may_be_64_levels_deep_and_no_more()
    {
        Assert.Equal(Nested(64), Merge(Nested(64)).Changed("{}"));
        Assert.Equal(PatchProblemKind.TooLarge, Assert.Throws<PatchException>(() => Merge(Nested(65))).Kind);
        Assert.Equal(PatchProblemKind.TooLarge, Assert.Throws<PatchException>(() => Merge(new string('[', 1_000_000))).Kind);
    }

    [Fact]
    public void What_is_added_may_not_make_the_resource_deeper_than_64_levels()
    {
        Assert.Equal($"{{'a':{Nested(63)}}}", Operations($"[{{'op':'add','path':'/a','value':{Nested(63)}}}]").Changed("{}"));
        Assert.Equal(PatchProblemKind.TooLarge, Operations($"[{{'op':'add','path':'/a','value':{Nested(64)}}}]").Refused("{}").Kind);
        Assert.Equal(
            PatchProblemKind.TooLarge,
            Assert.Throws<PatchException>(() => Operations($"[{{'op':'add','path':'/a','value':{Nested(65)}}}]")).Kind);
        Assert.Equal(
            PatchProblemKind.TooLarge,
            Operations($"[{string.Join(',', Enumerable.Repeat("{'op':'copy','from':'','path':'/a'}", 64))}]").Refused("{}").Kind);
    }

    [Fact]
    public void Copies_that_double_are_refused_before_they_are_built()
    {
        var patch = Operations($"[{string.Join(',', Enumerable.Repeat("{'op':'copy','from':'/a','path':'/a/-'}", 60))}]");
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(PatchProblemKind.TooLarge, patch.Refused("{'a':['0123456789']}").Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 512L * 1024 * 1024);
    }

    [Fact]
    public void Copies_over_the_same_place_count_each_time()
    {
        var patch = Operations($"[{string.Join(',', Enumerable.Repeat("{'op':'copy','from':'/a','path':'/b'}", 1000))}]");
        Assert.Equal(PatchProblemKind.TooLarge, patch.Refused($"{{'a':'{new string('x', 10_000)}'}}").Kind);
    }

    [Fact]
    public void Queries_that_look_at_too_much_are_refused()
    {
        var notes = string.Join(',', Enumerable.Repeat("{'text':'t'}", 10_000));
        var patch = ByQuery($"[{string.Join(',', Enumerable.Repeat("{'op':'test','path':'/note/text?note.text=t','value':'t'}", 1000))}]");
        Assert.Equal(PatchProblemKind.TooLarge, patch.Refused($"{{'note':[{notes}]}}").Kind);
    }

    [Fact]
    public void Moving_a_large_value_to_and_fro_is_refused()
    {
        var there = "{'op':'move','from':'/a','path':'/b'},{'op':'move','from':'/b','path':'/a'}";
        var patch = Operations($"[{string.Join(',', Enumerable.Repeat(there, 100))}]");
        Assert.Equal(PatchProblemKind.TooLarge, patch.Refused($"{{'a':[{string.Join(',', Enumerable.Repeat("1", 10_000))}]}}").Kind);
        Assert.Equal("{'a':[1]}", patch.Changed("{'a':[1]}"));
    }

    [Fact]
    public void More_than_50_conditions_are_refused() =>
        Assert.Equal(
            PatchProblemKind.Malformed,
            Assert.Throws<PatchException>(() => ByQuery($"[{{'op':'remove','path':'/a?{string.Join('&', Enumerable.Repeat("a.b=c", 51))}'}}]")).Kind);

    [Fact]
    public void Numbers_of_any_exponent_are_compared_at_once()
    {
        Assert.Equal("[1e999999999]", Operations("[{'op':'test','path':'/0','value':10e999999998}]").Changed("[1e999999999]"));
        Assert.Equal(
            PatchProblemKind.NoMatch, ByQuery("[{'op':'remove','path':'/a?a.b=1e999999999'}]").Refused("{'a':[{'b':1e-999999999}]}").Kind);
    }

    private static string Nested(int levels) =>
        new StringBuilder().Insert(0, "{'a':", levels - 1).Append("{}").Append('}', levels - 1).ToString();
}
