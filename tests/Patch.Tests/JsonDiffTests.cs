using static ServiceOrdering.Patch.Tests.PatchDocuments;

namespace ServiceOrdering.Patch.Tests;

public class JsonDiffTests
{
    [Theory]
    [InlineData("{'a':1}", "{'a':1.0}", "")]
    [InlineData("{'a':1,'b':2}", "{'b':2,'a':1}", "")]
    [InlineData("{'a':1}", "{'a':2}", "/a")]
    [InlineData("{'a':1,'b':1}", "{'b':1,'c':1}", "/a /c")]
    [InlineData("{'a':null}", "{}", "/a")]
    [InlineData("{'a':{'b':{'c':1,'d':1}},'z':1}", "{'a':{'b':{'c':2,'d':1}},'z':2}", "/z /a/b/c")]
    [InlineData("{'a':{'b':1}}", "{'a':[1]}", "/a")]
    [InlineData("{'a/b':{'~':1}}", "{'a/b':{'~':2}}", "/a~1b/~0")]
    [InlineData("{'a':[1,2,3]}", "{'a':[1,9]}", "/a/1 /a/2")]
    [InlineData("{'a':[1]}", "{'a':[1,2]}", "/a/1")]
    [InlineData("{'a':[{'t':1},{'t':2}]}", "{'a':[{'t':2}]}", "/a/1 /a/0/t")]
    [InlineData("{'a':[{'id':'1','t':1},{'id':'2','t':2}]}", "{'a':[{'id':'2','t':2}]}", "/a/0")]
    [InlineData("{'a':[{'id':'1','t':1},{'id':'2','t':2}]}", "{'a':[{'id':'2','t':3}]}", "/a/0 /a/0/t")]
    [InlineData("{'a':[{'id':'2','t':2}]}", "{'a':[{'id':'1','t':1},{'id':'2','t':2}]}", "/a/0")]
    [InlineData("{'a':[{'id':1},{'id':2}]}", "{'a':[{'id':2},{'id':1}]}", "/a")]
    [InlineData("{'a':[{'id':1,'t':1},{'id':1,'t':2}]}", "{'a':[{'id':1,'t':1},{'id':1,'t':3}]}", "/a/1/t")]
    public void Changed_paths_lead_to_what_differs(string before, string after, string paths)
    {
        var changed = JsonDiff.ChangedPaths(Json(before), Json(after));
        Assert.Equal(paths, string.Join(' ', changed));
    }

    [Fact]
    public void Another_value_at_the_root_is_the_empty_pointer() => Assert.Equal([""], JsonDiff.ChangedPaths(Json("1"), Json("2")));

    [Fact]
    public void Equal_values_have_no_changed_path() => Assert.Empty(JsonDiff.ChangedPaths(Json("{'a':[1,{}]}"), Json("{'a':[1,{}]}")));
}
