using System.Text.Json;
using static ServiceOrdering.Patch.Tests.PatchDocuments;

namespace ServiceOrdering.Patch.Tests;

/// <summary>Patches whose paths are JSONPath: TMF630, part 6.</summary>
public class JsonPathPatchTests
{
    private const string Notes = "{'id':'1','note':[{'author':'Arthur','date':'d1'},{'author':'John','date':'d2'},{'author':'Diego','date':'d3'}]}";

    [Theory]
    [InlineData("note[?(@.author==\"John\")]", "{'id':'1','note':[{'author':'Arthur','date':'d1'},{'author':'Diego','date':'d3'}]}")]
    [InlineData("$.note[?(@.author!='John' && @.author!='Diego')]", "{'id':'1','note':[{'author':'John','date':'d2'},{'author':'Diego','date':'d3'}]}")]
    [InlineData("$.note.[?(@.author==\"John\")].date", "{'id':'1','note':[{'author':'Arthur','date':'d1'},{'author':'John'},{'author':'Diego','date':'d3'}]}")]
    [InlineData("note[*].date", "{'id':'1','note':[{'author':'Arthur'},{'author':'John'},{'author':'Diego'}]}")]
    [InlineData("note[1]", "{'id':'1','note':[{'author':'Arthur','date':'d1'},{'author':'Diego','date':'d3'}]}")]
    [InlineData("$['note'][?(@.date>'d1')]", "{'id':'1','note':[{'author':'Arthur','date':'d1'}]}")]
    [InlineData("note[?(@.author=~/^[AD]/)]", "{'id':'1','note':[{'author':'John','date':'d2'}]}")]
    [InlineData("$.note[*]", "{'id':'1','note':[]}")]
    [InlineData("$.note", "{'id':'1'}")]
    public void Remove_takes_away_every_place(string path, string result) => Assert.Equal(result, Do("remove", path).Changed(Notes));

    [Theory]
    [InlineData("note[?(@.author=='John')].date", "'new'", "{'author':'John','date':'new'}")]
    [InlineData("note[?(@.author=='John')]", "{'text':'x'}", "{'text':'x'}")]
    [InlineData("$.note[?(@.author=='John' && @.date=='d2')].author", "'J.'", "{'author':'J.','date':'d2'}")]
    [InlineData("note[1].date", "'new'", "{'author':'John','date':'new'}")]
    public void Replace_puts_the_value_in_every_place(string path, string value, string result) =>
        Assert.Equal(Notes.Replace("{'author':'John','date':'d2'}", result, StringComparison.Ordinal), Do("replace", path, value).Changed(Notes));

    [Fact]
    public void Condition_may_ask_for_an_element_by_its_position() => Assert.Equal(
        "{'orderItem':[{'quantity':25,'offer':{'id':'1513'},'party':[{'name':'Mary'}]},{'quantity':1,'offer':{'id':'1513'},'party':[{'name':'John'},{'name':'Mary'}]}]}",
        Do("replace", "orderItem[?(@.offer.id==\"1513\" && @.party[0].name == \"Mary\")].quantity", "25").Changed(
            "{'orderItem':[{'quantity':1,'offer':{'id':'1513'},'party':[{'name':'Mary'}]},{'quantity':1,'offer':{'id':'1513'},'party':[{'name':'John'},{'name':'Mary'}]}]}"));

    [Theory]
    [InlineData("$.name", "'Jane'", "{'id':1,'name':'Jane'}", "{'id':1}")]
    [InlineData("$.`@type", "'T'", "{'id':1,'@type':'T'}", "{'id':1}")]
    [InlineData("a.`@type", "'T'", "{'a':{'b':1,'@type':'T'}}", "{'a':{'b':1}}")]
    [InlineData("a.b", "2", "{'a':{'b':2}}", "{'a':{'b':1}}")]
    [InlineData("note[?(@.id=='2')]", "{'text':'x'}", "{'note':[{'id':'1'},{'id':'2','text':'x'}]}", "{'note':[{'id':'1'},{'id':'2'}]}")]
    [InlineData("note[*]", "{'id':'9','text':'x'}", "{'note':[{'id':'9','text':'x'},{'id':'9','text':'x'}]}", "{'note':[{'id':'1'},{'id':'2'}]}")]
    [InlineData("note[?(@.id=='2')].text", "'x'", "{'note':[{'id':'1'},{'id':'2','text':'x'}]}", "{'note':[{'id':'1'},{'id':'2'}]}")]
    [InlineData("c", "{'n':2}", "{'c':[{'n':1},{'n':2}]}", "{'c':[{'n':1}]}")]
    [InlineData("$.c", "[{'n':2},{'n':3}]", "{'c':[{'n':1},{'n':2},{'n':3}]}", "{'c':[{'n':1}]}")]
    [InlineData("c[?(@.n==1)].value", "'y'", "{'c':[{'n':1,'value':['x','y']}]}", "{'c':[{'n':1,'value':['x']}]}")]
    [InlineData("c[?(@.n==1)].value", "{'y':2}", "{'c':[{'n':1,'value':{'x':1,'y':2}}]}", "{'c':[{'n':1,'value':{'x':1}}]}")]
    [InlineData("s[?(@.id==1)].c[?(@.n=='v')].value", "'y'", "{'s':[{'id':1,'c':[{'n':'v','value':['x','y']},{'n':'w'}]}]}", "{'s':[{'id':1,'c':[{'n':'v','value':['x']},{'n':'w'}]}]}")]
    [InlineData("item[?(@.id==1)].list", "{'n':1}", "{'item':[{'id':1,'list':[{'n':1}]}]}", "{'item':[{'id':1}]}")]
    public void Add_sets_a_member_appends_to_an_array_and_gives_its_members_to_an_object(string path, string value, string result, string document) =>
        Assert.Equal(result, Do("add", path, value).Changed(document, name => name == "item.list"));

    [Fact]
    public void Text_of_an_array_of_texts_is_removed() => Assert.Equal(
        "{'c':[{'n':'s','value':['x']}]}", Do("remove", "c[?(@.n==\"s\")].value[?(@ ==\"y\")]").Changed("{'c':[{'n':'s','value':['x','y']}]}"));

    [Theory]
    [InlineData("$.id", "2", false)]
    [InlineData("$.id", "1", true)]
    [InlineData("$.o", "{'b':2,'a':1}", true)]
    [InlineData("o.a", "3", false)]
    [InlineData("$.l[?(@.k=='x')]", "{'k':'x'}", true)]
    [InlineData("$.l[*].k", "'x'", false)]
    public void Test_holds_where_every_place_has_the_value(string path, string value, bool holds)
    {
        const string Document = "{'id':1,'o':{'a':1,'b':2},'l':[{'k':'x'},{'k':'y'}]}";
        if (holds)
            Assert.Equal(Document, Do("test", path, value).Changed(Document));
        else
            Assert.Equal(PatchProblemKind.TestFailed, Do("test", path, value).Refused(Document).Kind);
    }

    [Theory]
    [InlineData("copy", "$.[?(@.id==1)].role", "$.[?(@.id==2)].role", "[{'id':1,'role':'A'},{'id':2,'role':'A'}]", "[{'id':1,'role':'A'},{'id':2}]")]
    [InlineData("move", "$.[?(@.id==1)].role", "$.[?(@.id==2)].role", "[{'id':1},{'id':2,'role':'A'}]", "[{'id':1,'role':'A'},{'id':2}]")]
    [InlineData("copy", "$.a", "$.b", "{'a':{'x':1},'b':{'x':1}}", "{'a':{'x':1}}")]
    [InlineData("move", "$.a.`@x", "$.`@x", "{'a':{'y':2},'@x':1}", "{'a':{'@x':1,'y':2}}")]
    [InlineData("copy", "$.users.[?(@.role=='A')]", "$.admins", "{'users':[{'role':'A'},{'role':'B'}],'admins':[{'role':'A'}]}", "{'users':[{'role':'A'},{'role':'B'}],'admins':[]}")]
    [InlineData("move", "$.users.[?(@.role=='A')]", "$.admins", "{'users':[{'role':'B'}],'admins':[{'role':'A'}]}", "{'users':[{'role':'A'},{'role':'B'}],'admins':[]}")]
    public void Copy_and_move_take_one_place_and_put_it_at_the_end_of_an_array(string op, string from, string path, string result, string document) =>
        Assert.Equal(result, Patch(new { op, from, path }).Changed(document));

    [Theory]
    [InlineData("remove", "note[?(@.author=='Nobody')]", PatchProblemKind.NoMatch)]
    [InlineData("remove", "$.nothing[?(@.author=='John')]", PatchProblemKind.NoMatch)]
    [InlineData("add", "$.note[0].nothing.values", PatchProblemKind.NoMatch)]
    [InlineData("add", "$.note.author", PatchProblemKind.NoMatch)]
    [InlineData("add", "note[7]", PatchProblemKind.NoMatch)]
    [InlineData("replace", "note[*].nothing", PatchProblemKind.PathNotFound)]
    [InlineData("remove", "note[*].nothing", PatchProblemKind.PathNotFound)]
    [InlineData("add", "note[?(@.author=='John')]", PatchProblemKind.Unsupported)]
    [InlineData("remove", "$", PatchProblemKind.Unsupported)]
    public void Path_that_leads_nowhere_is_an_error_and_changes_nothing(string op, string path, PatchProblemKind kind)
    {
        var refused = Do(op, path, "'x'").Refused(Notes);

        Assert.Equal(kind, refused.Kind);
        Assert.Equal(0, refused.Operation);
    }

    [Fact]
    public void From_that_leads_to_several_places_is_refused() =>
        Assert.Equal(PatchProblemKind.Unsupported, Patch(new { op = "copy", from = "$.note[*].author", path = "$.x" }).Refused(Notes).Kind);

    [Theory]
    [InlineData("$.note[", PatchProblemKind.Malformed)]
    [InlineData("note[?(@.author='X')]", PatchProblemKind.Malformed)]
    [InlineData("note[?(@.author=='X']", PatchProblemKind.Malformed)]
    [InlineData("$.", PatchProblemKind.Malformed)]
    [InlineData("note[?(@.text =~ /(/)]", PatchProblemKind.Malformed)]
    [InlineData("$..author", PatchProblemKind.Unsupported)]
    [InlineData("note[0,1]", PatchProblemKind.Unsupported)]
    [InlineData("note[-1:]", PatchProblemKind.Unsupported)]
    [InlineData("note[(@.length-1)]", PatchProblemKind.Unsupported)]
    public void Path_that_is_none_or_of_a_kind_that_is_not_served_is_named(string path, PatchProblemKind kind)
    {
        var refused = Assert.Throws<PatchException>(() => Do("remove", path));

        Assert.Equal((kind, "path", "/0/path"), (refused.Kind, refused.Problems[0].Member, refused.Path));
    }

    [Fact]
    public void Brackets_and_dots_behind_a_slash_are_a_pointer()
    {
        Assert.Equal("{'a':1}", Do("remove", "/a[0]").Changed("{'a':1,'a[0]':2}"));
        Assert.Equal("{'a':1}", Do("remove", "/a.b").Changed("{'a':1,'a.b':2}"));
        Assert.Equal("{'a':1}", Operations("[{'op':'remove','path':'a.b'}]").Changed("{'a':1,'a.b':2}"));
    }

    [Fact]
    public void Work_of_many_operations_on_a_large_resource_is_bounded()
    {
        var note = $"{{'text':'{new string('x', 1000)}'}}";
        var document = $"{{'note':[{string.Join(',', Enumerable.Repeat(note, 1000))}]}}";
        var conditions = string.Join(" || ", Enumerable.Repeat("@.text=='y'", 50));
        var patch = Patch([.. Enumerable.Repeat(new { op = "remove", path = $"note[?({conditions})]" }, 1000)]);

        Assert.Equal(PatchProblemKind.TooLarge, patch.Refused(document).Kind);
        Assert.Equal(
            PatchProblemKind.TooLarge,
            Patch([.. Enumerable.Repeat(new { op = "test", path = "$.id", value = 1 }, 1000)]).Refused($"{{'id':1,'x':'{new string('x', 1_000_000)}'}}").Kind);
    }

    [Fact]
    public void Thousand_operations_on_an_order_of_a_usual_size_are_done()
    {
        var note = $"{{'id':1,'text':'{new string('x', 100)}'}}";
        var document = $"{{'note':[{string.Join(',', Enumerable.Repeat(note, 20))}]}}";

        Assert.Equal(document, Patch([.. Enumerable.Repeat(new { op = "test", path = "note[?(@.id==1)].id", value = 1 }, 1000)]).Changed(document));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(100_000)]
    public void Path_of_too_many_steps_is_refused(int steps) =>
        Assert.Throws<PatchException>(() => Do("remove", "$" + string.Concat(Enumerable.Repeat(".a", steps))));

    [Fact]
    public void Conditions_within_each_other_are_refused_before_the_stack_is_at_its_end() =>
        Assert.Throws<PatchException>(() => Do("remove", string.Concat(Enumerable.Repeat("a[?(@.b", 1000))));

    private static PatchDocument Do(string op, string path, string value = "null") =>
        Patch(new { op, path, value = JsonDocument.Parse(value.Replace('\'', '"')).RootElement });

    private static PatchDocument Patch(params object[] operations) => PatchDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(operations), PatchFormats.JsonPatchQuery);
}
