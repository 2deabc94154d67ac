using static ServiceOrdering.Patch.Tests.PatchDocuments;

namespace ServiceOrdering.Patch.Tests;

public class JsonPatchTests
{
    [Theory]
    [InlineData("A.1", "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux'}]", "{'foo':'bar','baz':'qux'}")]
    [InlineData("A.2", "{'foo':['bar','baz']}", "[{'op':'add','path':'/foo/1','value':'qux'}]", "{'foo':['bar','qux','baz']}")]
    [InlineData("A.3", "{'baz':'qux','foo':'bar'}", "[{'op':'remove','path':'/baz'}]", "{'foo':'bar'}")]
    [InlineData("A.4", "{'foo':['bar','qux','baz']}", "[{'op':'remove','path':'/foo/1'}]", "{'foo':['bar','baz']}")]
    [InlineData("A.5", "{'baz':'qux','foo':'bar'}", "[{'op':'replace','path':'/baz','value':'boo'}]", "{'baz':'boo','foo':'bar'}")]
    [InlineData("A.6", "{'foo':{'bar':'baz','waldo':'fred'},'qux':{'corge':'grault'}}", "[{'op':'move','from':'/foo/waldo','path':'/qux/thud'}]", "{'foo':{'bar':'baz'},'qux':{'corge':'grault','thud':'fred'}}")]
    [InlineData("A.7", "{'foo':['all','grass','cows','eat']}", "[{'op':'move','from':'/foo/1','path':'/foo/3'}]", "{'foo':['all','cows','eat','grass']}")]
    [InlineData("A.8", "{'baz':'qux','foo':['a',2,'c']}", "[{'op':'test','path':'/baz','value':'qux'},{'op':'test','path':'/foo/1','value':2}]", "{'baz':'qux','foo':['a',2,'c']}")]
    [InlineData("A.10", "{'foo':'bar'}", "[{'op':'add','path':'/child','value':{'grandchild':{}}}]", "{'foo':'bar','child':{'grandchild':{}}}")]
    [InlineData("A.11", "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux','xyz':123}]", "{'foo':'bar','baz':'qux'}")]
    [InlineData("A.14", "{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':10}]", "{'/':9,'~1':10}")]
    [InlineData("A.16", "{'foo':['bar']}", "[{'op':'add','path':'/foo/-','value':['abc','def']}]", "{'foo':['bar',['abc','def']]}")]
    public void Examples_of_rfc_6902_that_succeed(string section, string original, string patch, string result)
    {
        Assert.StartsWith("A.", section, StringComparison.Ordinal);
        Assert.Equal(result, Operations(patch).Changed(original));
    }

    [Theory]
    [InlineData("A.9", "{'baz':'qux'}", "[{'op':'test','path':'/baz','value':'bar'}]", PatchProblemKind.TestFailed)]
    [InlineData("A.12", "{'foo':'bar'}", "[{'op':'add','path':'/baz/bat','value':'qux'}]", PatchProblemKind.PathNotFound)]
    [InlineData("A.15", "{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':'10'}]", PatchProblemKind.TestFailed)]
    public void Examples_of_rfc_6902_that_fail(string section, string original, string patch, PatchProblemKind kind)
    {
        Assert.StartsWith("A.", section, StringComparison.Ordinal);
        var refused = Operations(patch).Refused(original);
        Assert.Equal((kind, 0), (refused.Kind, refused.Operation));
    }

    [Fact]
    public void Example_a_13_of_rfc_6902_with_a_duplicate_member_is_malformed() =>
        Assert.Equal(
            PatchProblemKind.Malformed,
            Assert.Throws<PatchException>(() => Operations("[{'op':'add','path':'/baz','value':'qux','op':'remove'}]")).Kind);

    [Theory]
    [InlineData("[]", "{'a':1}", "{'a':1}")]
    [InlineData("[{'op':'replace','path':'','value':[1]}]", "{'a':1}", "[1]")]
    [InlineData("[{'op':'add','path':'','value':null}]", "{'a':1}", "null")]
    [InlineData("[{'op':'test','path':'','value':{'b':2,'a':1}}]", "{'a':1,'b':2}", "{'a':1,'b':2}")]
    [InlineData("[{'op':'add','path':'/a','value':null}]", "{'a':1}", "{'a':null}")]
    [InlineData("[{'op':'add','path':'/','value':2}]", "{'a':1}", "{'a':1,'':2}")]
    [InlineData("[{'op':'add','path':'/a~1b~0c','value':2}]", "{}", "{'a/b~c':2}")]
    [InlineData("[{'op':'add','path':'/0','value':2}]", "[1]", "[2,1]")]
    [InlineData("[{'op':'add','path':'/1','value':2}]", "[1]", "[1,2]")]
    [InlineData("[{'op':'replace','path':'/0','value':2}]", "[1]", "[2]")]
    [InlineData("[{'op':'add','path':'/0','value':2}]", "{}", "{'0':2}")]
    [InlineData("[{'op':'move','from':'/a','path':'/a'}]", "{'a':1}", "{'a':1}")]
    [InlineData("[{'op':'move','from':'/a/b','path':'/a'}]", "{'a':{'b':1}}", "{'a':1}")]
    [InlineData("[{'op':'move','from':'/a','path':'/ab'}]", "{'a':1}", "{'ab':1}")]
    [InlineData("[{'op':'copy','from':'/a','path':'/a/b'}]", "{'a':{'c':1}}", "{'a':{'c':1,'b':{'c':1}}}")]
    [InlineData("[{'op':'copy','from':'','path':'/b'}]", "{'a':1}", "{'a':1,'b':{'a':1}}")]
    [InlineData("[{'op':'copy','from':'/a','path':'/b'}]", "{'a':null}", "{'a':null,'b':null}")]
    [InlineData("[{'op':'copy','from':'/a','path':'/b'},{'op':'add','path':'/b/c','value':1}]", "{'a':{}}", "{'a':{},'b':{'c':1}}")]
    public void Edges_of_the_operations(string patch, string original, string result) =>
        Assert.Equal(result, Operations(patch).Changed(original));

    [Theory]
    [InlineData("'op':'remove','path':'/b'")]
    [InlineData("'op':'replace','path':'/b','value':1")]
    [InlineData("'op':'test','path':'/b','value':null")]
    [InlineData("'op':'copy','from':'/b','path':'/c'")]
    [InlineData("'op':'move','from':'/b','path':'/c'")]
    [InlineData("'op':'move','from':'/n','path':'/a/3'")]
    [InlineData("'op':'add','path':'/a/3','value':1")]
    [InlineData("'op':'add','path':'/a/01','value':1")]
    [InlineData("'op':'add','path':'/a/+1','value':1")]
    [InlineData("'op':'add','path':'/a/x','value':1")]
    [InlineData("'op':'add','path':'/a/99999999999999999999','value':1")]
    [InlineData("'op':'add','path':'/n/x','value':1")]
    [InlineData("'op':'add','path':'/a/-/x','value':1")]
    [InlineData("'op':'remove','path':'/a/-'")]
    [InlineData("'op':'replace','path':'/a/-','value':1")]
    [InlineData("'op':'replace','path':'/a/2','value':1")]
    [InlineData("'op':'replace','path':'/n/x','value':1")]
    public void Path_that_leads_nowhere_is_refused(string operation)
    {
        var refused = Operations($"[{{{operation}}}]").Refused("{'a':[1,2],'n':1}");
        Assert.Equal((PatchProblemKind.PathNotFound, 0), (refused.Kind, refused.Operation));
        Assert.Contains("leads nowhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_names_the_path_that_is_to_blame() =>
        Assert.Equal("/b/c", Operations("[{'op':'copy','from':'/b/c','path':'/a'}]").Refused("{'a':1,'b':{}}").Path);

    [Fact]
    public void Path_without_its_leading_slash_is_accepted()
    {
        Assert.Equal("{'state':'inactive'}", Operations("[{'op':'replace','path':'state','value':'inactive'}]").Changed("{'state':'active'}"));
        Assert.Equal("{'a':{},'c':1}", Operations("[{'op':'move','from':'a/b','path':'c'}]").Changed("{'a':{'b':1}}"));
    }

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("100", "1e2")]
    [InlineData("0", "-0.0")]
    [InlineData("{'a':[1,{'b':2}]}", "{'a':[1.0,{'b':20e-1}]}")]
    public void Test_compares_numbers_by_value(string original, string tested) =>
        Assert.Equal($"[{original}]", Operations($"[{{'op':'test','path':'/0','value':{tested}}}]").Changed($"[{original}]"));

    [Theory]
    [InlineData("1", "'1'")]
    [InlineData("null", "false")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("{'a':1}", "{'a':1,'b':null}")]
    [InlineData("12345678901234567890", "12345678901234567891")]
    public void Test_tells_other_values_apart(string original, string tested) =>
        Assert.Equal(
            PatchProblemKind.TestFailed,
            Operations($"[{{'op':'test','path':'/0','value':{tested}}}]").Refused($"[{original}]").Kind);

    [Fact]
    public void Failure_of_a_later_operation_leaves_nothing_done()
    {
        var patch = Operations(
            "[{'op':'add','path':'/b','value':1},{'op':'remove','path':'/a'},{'op':'test','path':'/b','value':2}]");
        var refused = patch.Refused("{'a':1}");
        Assert.Equal((PatchProblemKind.TestFailed, 2, "/b"), (refused.Kind, refused.Operation, refused.Path));
    }

    [Fact]
    public void Value_cannot_be_moved_into_itself() =>
        Assert.Equal(PatchProblemKind.Malformed, Operations("[{'op':'move','from':'/a','path':'/a/b'}]").Refused("{'a':{}}").Kind);

    [Fact]
    public void Whole_resource_cannot_be_removed() =>
        Assert.Equal(PatchProblemKind.Unsupported, Operations("[{'op':'remove','path':''}]").Refused("{'a':{}}").Kind);

    [Fact]
    public void Question_mark_belongs_to_the_name_in_plain_json_patch() =>
        Assert.Equal("{'a?b=c':2}", Operations("[{'op':'replace','path':'/a?b=c','value':2}]").Changed("{'a?b=c':1}"));

    [Fact]
    public void Patch_can_be_applied_again_and_each_result_is_its_own()
    {
        var patch = Operations("[{'op':'add','path':'/a','value':{'b':1}}]");
        var first = patch.Apply(Parsed("{}"))!;
        first["a"]!["b"] = 2;
        Assert.Equal("{'a':{'b':1}}", patch.Changed("{}"));
    }
}
