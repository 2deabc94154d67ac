using static ServiceOrdering.Patch.Tests.PatchDocuments;

namespace ServiceOrdering.Patch.Tests;

public class JsonPatchQueryTests
{
    private const string Notes = "{'note':[{'id':'1','author':'X','text':'a'},{'id':'2','author':'Y','text':'b'},{'id':'3','author':'X','text':'c'}]}";

    private const string Items =
        "{'state':'held','item':[" +
        "{'id':'1','quantity':1,'service':{'state':'designed','char':[{'name':'x','value':1},{'name':'y','value':2}]}}," +
        "{'id':'2','quantity':2.50,'service':{'state':'active','char':[{'name':'x','value':3}]}}," +
        "{'id':'3','service':{}}]}";

    [Fact]
    public void Member_of_every_matching_element_is_replaced() =>
        Assert.Equal(
            "{'note':[{'id':'1','author':'X','text':'Z'},{'id':'2','author':'Y','text':'b'},{'id':'3','author':'X','text':'Z'}]}",
            ByQuery("[{'op':'replace','path':'/note/text?note.author=X','value':'Z'}]").Changed(Notes));

    [Fact]
    public void Example_of_the_tmf638_user_guide() =>
        Assert.Equal(
            "{'note':[{'id':'77456','author':'Mr. N. Bene'}]}",
            ByQuery("[{'op':'replace','path':'/note/author?note.id=77456','value':'Mr. N. Bene'}]").Changed("{'note':[{'id':'77456','author':'A'}]}"));

    [Fact]
    public void Matching_elements_are_removed() =>
        Assert.Equal(
            "{'note':[{'id':'2','author':'Y','text':'b'}]}", ByQuery("[{'op':'remove','path':'/note?note.author=X'}]").Changed(Notes));

    [Fact]
    public void Matching_elements_are_replaced_whole() =>
        Assert.Equal(
            "{'note':[{'id':'1','author':'X','text':'a'},{'text':'n'},{'id':'3','author':'X','text':'c'}]}",
            ByQuery("[{'op':'replace','path':'/note?note.author=Y','value':{'text':'n'}}]").Changed(Notes));

    [Fact]
    public void All_conditions_must_hold_of_one_element()
    {
        Assert.Equal(
            "{'note':[{'id':'1','author':'X','text':'a'},{'id':'2','author':'Y','text':'b'}]}",
            ByQuery("[{'op':'remove','path':'/note?note.author=X&note.id=3'}]").Changed(Notes));
        Assert.Equal(PatchProblemKind.NoMatch, ByQuery("[{'op':'remove','path':'/note?note.author=Y&note.id=3'}]").Refused(Notes).Kind);
    }

    [Fact]
    public void No_match_is_an_error_that_names_the_query()
    {
        var refused = ByQuery("[{'op':'add','path':'/a','value':1},{'op':'replace','path':'/note/text?note.author=Q','value':'Z'}]").Refused(Notes);
        Assert.Equal((PatchProblemKind.NoMatch, 1, "/note/text?note.author=Q"), (refused.Kind, refused.Operation, refused.Path));
        Assert.Contains("/note/text?note.author=Q", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/item/service/state?item.id=1", "'reserved'", "'state':'designed'", "'state':'reserved'")]
    [InlineData("item/service/state?item.id=1", "'reserved'", "'state':'designed'", "'state':'reserved'")]
    [InlineData("/item/quantity?item.service.char.name=y", "7", "'quantity':1", "'quantity':7")]
    [InlineData("/item/quantity?item.quantity=2.5", "7", "'quantity':2.50", "'quantity':7")]
    [InlineData("/item/service/char/value?item.service.char.name=y", "7", "'name':'y','value':2", "'name':'y','value':7")]
    [InlineData("/item/service/char/value?item.id=2&item.service.char.name=x", "7", "'value':3", "'value':7")]
    [InlineData("/item/service/char/value?item.id=2", "7", "'value':3", "'value':7")]
    [InlineData("/item/0/service/char/value?item.service.char.name=x", "7", "'name':'x','value':1", "'name':'x','value':7")]
    [InlineData("/item/service/char/0/value?item.id=2", "7", "'value':3", "'value':7")]
    [InlineData("/item/service/char?item.id=1&item.service.char.name=y", "{'name':'z'}", "{'name':'y','value':2}", "{'name':'z'}")]
    [InlineData("/state?item.id=3", "'pending'", "'held'", "'pending'")]
    [InlineData("/state?state=held", "'pending'", "'held'", "'pending'")]
    [InlineData("/item/1/id", "'9'", "'id':'2'", "'id':'9'")]
    [InlineData("/item/id?state=held&item.id=2", "'9'", "'id':'2'", "'id':'9'")]
    public void Condition_narrows_at_the_array_that_the_path_passes_through(string path, string value, string old, string @new) =>
        Assert.Equal(
            Items.Replace(old, @new, StringComparison.Ordinal),
            ByQuery($"[{{'op':'replace','path':'{path}','value':{value}}}]").Changed(Items));

    [Fact]
    public void Deeper_condition_reaches_every_match_at_its_level() =>
        Assert.Equal(
            Items.Replace("'name':'x','value':1", "'name':'x','value':0", StringComparison.Ordinal).Replace("'value':3", "'value':0", StringComparison.Ordinal),
            ByQuery("[{'op':'replace','path':'/item/service/char/value?item.service.char.name=x','value':0}]").Changed(Items));

    [Theory]
    [InlineData("item.service.char.name=q")]
    [InlineData("item.id=3&item.service.char.name=x")]
    [InlineData("item.id=1&state=pending")]
    [InlineData("item.unknown=1")]
    [InlineData("item=1")]
    [InlineData("item.quantity=x")]
    [InlineData("item.id=1&item.id=2")]
    public void Conditions_that_nothing_meets_are_an_error(string conditions) =>
        Assert.Equal(
            PatchProblemKind.NoMatch, ByQuery($"[{{'op':'replace','path':'/item/quantity?{conditions}','value':0}}]").Refused(Items).Kind);

    [Theory]
    [InlineData("a.v=R%26D%20%3D1", "'R&D =1'")]
    [InlineData("a.v=a+b", "'a+b'")]
    [InlineData("a.v=a=b", "'a=b'")]
    [InlineData("a.v=%C3%A9", "'é'")]
    [InlineData("a.v=", "''")]
    [InlineData("a.v=1", "1.0")]
    [InlineData("a.v=1e2", "100")]
    [InlineData("a.v=1", "'1'")]
    [InlineData("a.v=%22q%22", "'q'")]
    [InlineData("a.v=%27q%27", "'q'")]
    [InlineData("a.v=true", "true")]
    [InlineData("a.v=false", "false")]
    [InlineData("a.v=q", "['p','q']")]
    [InlineData("a.%76=q", "'q'")]
    public void Value_is_decoded_and_compared_as_what_it_stands_against(string condition, string value) =>
        Assert.Equal("{'a':[{'v':0}]}", ByQuery($"[{{'op':'remove','path':'/a?{condition}'}}]").Changed($"{{'a':[{{'v':{value}}},{{'v':0}}]}}"));

    [Theory]
    [InlineData("a.v=1.0", "'1'")]
    [InlineData("a.v=Q", "'q'")]
    [InlineData("a.v=True", "true")]
    [InlineData("a.v=null", "null")]
    [InlineData("a.v=", "{}")]
    public void Value_of_another_kind_or_case_does_not_match(string condition, string value) =>
        Assert.Equal(
            PatchProblemKind.NoMatch, ByQuery($"[{{'op':'remove','path':'/a?{condition}'}}]").Refused($"{{'a':[{{'v':{value}}}]}}").Kind);

    [Theory]
    [InlineData("/note", "{'t':2}", "{'note':[{'t':1},{'t':2}],'item':[{'id':'1','note':[]},{'id':'2'}]}")]
    [InlineData("/note", "[{'t':2},{'t':3}]", "{'note':[{'t':1},{'t':2},{'t':3}],'item':[{'id':'1','note':[]},{'id':'2'}]}")]
    [InlineData("/note/-", "{'t':2}", "{'note':[{'t':1},{'t':2}],'item':[{'id':'1','note':[]},{'id':'2'}]}")]
    [InlineData("/note/0", "{'t':2}", "{'note':[{'t':2},{'t':1}],'item':[{'id':'1','note':[]},{'id':'2'}]}")]
    [InlineData("/note/u?note.t=1", "2", "{'note':[{'t':1,'u':2}],'item':[{'id':'1','note':[]},{'id':'2'}]}")]
    [InlineData("/item/note?item.id=1", "{'t':2}", "{'note':[{'t':1}],'item':[{'id':'1','note':[{'t':2}]},{'id':'2'}]}")]
    [InlineData("/item/note?item.id=2", "{'t':2}", "{'note':[{'t':1}],'item':[{'id':'1','note':[]},{'id':'2','note':[{'t':2}]}]}")]
    [InlineData("/tag", "'a'", "{'note':[{'t':1}],'item':[{'id':'1','note':[]},{'id':'2'}],'tag':'a'}")]
    [InlineData("/item/0/x", "[1]", "{'note':[{'t':1}],'item':[{'id':'1','note':[],'x':[1]},{'id':'2'}]}")]
    public void Add_to_an_array_appends(string path, string value, string result) =>
        Assert.Equal(
            result,
            ByQuery($"[{{'op':'add','path':'{path}','value':{value}}}]")
                .Changed("{'note':[{'t':1}],'item':[{'id':'1','note':[]},{'id':'2'}]}", name => name is "note" or "item.note"));

    [Theory]
    [InlineData("{'t':1}", "{'note':[{'t':1}]}")]
    [InlineData("[{'t':1}]", "{'note':[{'t':1}]}")]
    public void First_element_makes_the_array_where_the_schema_has_one(string value, string result)
    {
        var patch = ByQuery($"[{{'op':'add','path':'/note','value':{value}}}]");
        Assert.Equal(result, patch.Changed("{}", name => name == "note"));
        Assert.Equal(result, patch.Changed("{'note':null}", name => name == "note"));
    }

    [Fact]
    public void Add_to_picked_elements_is_not_supported() =>
        Assert.Equal(PatchProblemKind.Unsupported, ByQuery("[{'op':'add','path':'/note?note.author=X','value':{}}]").Refused(Notes).Kind);

    [Fact]
    public void Test_holds_only_where_every_picked_value_is_equal()
    {
        Assert.NotNull(ByQuery("[{'op':'test','path':'/note/author?note.author=X','value':'X'}]").Changed(Notes));
        Assert.Equal(PatchProblemKind.TestFailed, ByQuery("[{'op':'test','path':'/note/text?note.author=X','value':'a'}]").Refused(Notes).Kind);
    }

    [Fact]
    public void Copy_and_move_take_one_place()
    {
        Assert.Equal(
            "{'note':[{'id':'1','text':'a'}],'author':'X'}",
            ByQuery("[{'op':'move','from':'/note/author?note.id=1','path':'/author'}]").Changed("{'note':[{'id':'1','author':'X','text':'a'}]}"));
        Assert.Equal(
            PatchProblemKind.Unsupported,
            ByQuery("[{'op':'copy','from':'/note/text?note.author=X','path':'/t'}]").Refused(Notes).Kind);
    }

    [Fact]
    public void Array_without_any_condition_is_not_opened() =>
        Assert.Equal(PatchProblemKind.PathNotFound, ByQuery("[{'op':'replace','path':'/note/text','value':''}]").Refused(Notes).Kind);

    [Fact]
    public void Matching_element_without_the_member_refuses_a_replace() =>
        Assert.Equal(PatchProblemKind.PathNotFound, ByQuery("[{'op':'replace','path':'/item/service/state?item.id=3','value':''}]").Refused(Items).Kind);

    [Theory]
    [InlineData("/note?")]
    [InlineData("/note?note.author")]
    [InlineData("/note?=X")]
    [InlineData("/note?note..author=X")]
    [InlineData("/note?note.author=X&")]
    public void Condition_that_is_none_is_malformed(string path)
    {
        var refused = Assert.Throws<PatchException>(() => ByQuery($"[{{'op':'remove','path':'{path}'}}]"));
        Assert.Equal((PatchProblemKind.Malformed, "path", "/0/path"), (refused.Kind, refused.Problems[0].Member, refused.Path));
    }
}
