using static ServiceOrdering.Patch.Tests.PatchDocuments;

namespace ServiceOrdering.Patch.Tests;

public class MergePatchTests
{
    [Theory]
    [InlineData("{'a':'b'}", "{'a':'c'}", "{'a':'c'}")]
    [InlineData("{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}")]
    [InlineData("{'a':'b'}", "{'a':null}", "{}")]
    [InlineData("{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}")]
    [InlineData("{'a':['b']}", "{'a':'c'}", "{'a':'c'}")]
    [InlineData("{'a':'c'}", "{'a':['b']}", "{'a':['b']}")]
    [InlineData("{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}")]
    [InlineData("{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}")]
    [InlineData("['a','b']", "['c','d']", "['c','d']")]
    [InlineData("{'a':'b'}", "['c']", "['c']")]
    [InlineData("{'a':'foo'}", "null", "null")]
    [InlineData("{'a':'foo'}", "'bar'", "'bar'")]
    [InlineData("{'e':null}", "{'a':1}", "{'e':null,'a':1}")]
    [InlineData("[1,2]", "{'a':'b','c':null}", "{'a':'b'}")]
    [InlineData("{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}")]
    public void Examples_of_rfc_7386_appendix_a(string original, string patch, string result) =>
        Assert.Equal(result, Merge(patch).Changed(original));

    [Fact]
    public void Example_of_rfc_7386_section_3()
    {
        const string original =
            "{'title':'Goodbye!','author':{'givenName':'John','familyName':'Doe'},'tags':['example','sample'],'content':'This will be unchanged'}";
        const string patch = "{'title':'Hello!','phoneNumber':'+01-123-456-7890','author':{'familyName':null},'tags':['example']}";
        // The encoder of ToJsonString escapes the plus sign.
        Assert.Equal(
            Parsed("{'title':'Hello!','author':{'givenName':'John'},'tags':['example'],'content':'This will be unchanged','phoneNumber':'+01-123-456-7890'}")!.ToJsonString(),
            Merge(patch).Apply(Parsed(original))!.ToJsonString());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/merge-patch+json")]
    [InlineData("Application/Merge-Patch+JSON; charset=utf-8")]
    public void Plain_json_is_a_merge_patch_too(string mediaType) =>
        Assert.Equal("{'a':2}", PatchDocument.Parse(Utf8("{'a':2,'b':null}"), mediaType).Changed("{'a':1,'b':1}"));

    [Fact]
    public void Numbers_keep_their_text() =>
        Assert.Equal("{'a':1.0,'b':1E2,'c':12345678901234567890.10}", Merge("{'b':1E2,'c':12345678901234567890.10}").Changed("{'a':1.0}"));

    [Fact]
    public void Result_above_the_size_limit_is_refused()
    {
        var patch = PatchDocument.Parse(Utf8("{'b':'123456789'}"), PatchFormats.MergePatch, new() { Size = 30 });
        Assert.Equal(PatchProblemKind.TooLarge, patch.Refused("{'a':'123456789'}").Kind);
        Assert.Equal("{'a':'1','b':'123456789'}", patch.Changed("{'a':'1'}"));
    }
}
