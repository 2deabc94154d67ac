using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Query.Tests.Protos;

namespace ServiceOrdering.Query.Tests;

public class FieldSelectionTests
{
    private const string Whole =
        """
        {"id":"1","href":"/1","@type":"Ticket","description":"d","rank":1,"orderDate":"2026-01-15T08:00:00Z","owner":"me",
         "note":[{"author":"X","text":"one","extensions":{"a":1,"b":2}},{"author":"Y"}],"site":{"name":"n","parent":{"name":"p"}},
         "value":[{"a":1,"b":2}],"extensions":{"extra":{"a":1,"b":[{"c":1,"d":2}]},"other":true}}
        """;

    private const string Identity = """ "id": "1", "href": "/1", "@type": "Ticket" """;

    [Theory]
    [InlineData("none", "")]
    [InlineData("nosuch", "")]
    [InlineData("description", """, "description": "d" """)]
    [InlineData(" description , rank", """, "description": "d", "rank": 1 """)]
    [InlineData("id,,rank,", """, "rank": 1 """)]
    [InlineData("note.author", """, "note": [ { "author": "X" }, { "author": "Y" } ]""")]
    [InlineData("note.a", """, "note": [ { "extensions": { "a": 1 } }, { } ]""")]
    [InlineData("note.author,note", """, "note": [ { "author": "X", "text": "one", "extensions": { "a": 1, "b": 2 } }, { "author": "Y" } ]""")]
    [InlineData("site.parent.name", """, "site": { "parent": { "name": "p" } }""")]
    [InlineData("value.b", """, "value": [ { "b": 2 } ]""")]
    [InlineData("orderDate.seconds,owner.x", """, "orderDate": "2026-01-15T08:00:00Z", "owner": "me" """)]
    [InlineData("other", """, "extensions": { "other": true }""")]
    [InlineData("extra.b.d", """, "extensions": { "extra": { "b": [ { "d": 2 } ] } }""")]
    [InlineData("extensions", "")]
    [InlineData("$.rank,$['description']", """, "description": "d", "rank": 1 """)]
    [InlineData("$[*].note[*].author", """, "note": [ { "author": "X" }, { "author": "Y" } ]""")]
    [InlineData("$.ticket[*].site.parent.name", """, "site": { "parent": { "name": "p" } }""")]
    [InlineData("note[*]['author']", """, "note": [ { "author": "X" }, { "author": "Y" } ]""")]
    public void Only_what_is_named_and_the_identity_stay(string fields, string rest)
    {
        var ticket = Ticket.Parser.ParseJson(Whole);

        FieldSelection.Parse(fields, TicketTable.Schema).Apply(ticket);

        Assert.Equal(Ticket.Parser.ParseJson("{" + Identity + rest + "}"), ticket);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("$")]
    [InlineData("$.ticket[*]")]
    public void Without_fields_everything_stays(string? fields)
    {
        var ticket = Ticket.Parser.ParseJson(Whole);
        var selection = FieldSelection.Parse(fields, TicketTable.Schema);

        selection.Apply(ticket);

        Assert.True(selection.IsAll);
        Assert.Equal(Ticket.Parser.ParseJson(Whole), ticket);
    }

    [Fact]
    public void Selection_works_through_a_oneof()
    {
        var envelope = new TicketEvent { EventType = "A", Event = new() { Ticket = new() { Id = "1", Rank = 2 } } };

        FieldSelection.Parse("event.ticket.rank", ResourceSchema.For(TicketEvent.Descriptor)).Apply(envelope);

        Assert.Equal(new TicketEvent { Event = new() { Ticket = new() { Rank = 2 } } }, envelope);
    }

    [Fact]
    public void Free_json_that_is_no_object_is_kept_whole()
    {
        var ticket = new Ticket { Value = Value.ForNumber(5), Extensions = new Struct { Fields = { ["x"] = Value.ForString("y") } } };
        var before = ticket.Clone();

        FieldSelection.Parse("value.a,x.y", TicketTable.Schema).Apply(ticket);

        Assert.Equal(before, ticket);
    }

    [Fact]
    public void Too_deep_and_too_long_are_refused()
    {
        var deep = string.Join('.', Enumerable.Repeat("a", QueryLimits.Depth + 1));
        foreach (var fields in new[] { deep, new string('a', QueryLimits.TextBytes + 1) })
        {
            var error = Assert.Single(Assert.Throws<QueryException>(() => FieldSelection.Parse(fields, TicketTable.Schema)).Errors);
            Assert.Equal((QueryErrorKind.TooLarge, "fields"), (error.Kind, error.Parameter));
        }
    }

    [Theory]
    [InlineData("$.", QueryErrorKind.BadSyntax)]
    [InlineData("note[", QueryErrorKind.BadSyntax)]
    [InlineData("$.note[?(@.author=='X')].text", QueryErrorKind.NotSupported)]
    [InlineData("$..text", QueryErrorKind.NotSupported)]
    [InlineData("$.note[0]", QueryErrorKind.NotSupported)]
    [InlineData("$.*", QueryErrorKind.NotSupported)]
    public void Json_path_that_is_more_than_names_is_refused(string fields, QueryErrorKind kind)
    {
        var error = Assert.Single(Assert.Throws<QueryException>(() => FieldSelection.Parse(fields, TicketTable.Schema)).Errors);

        Assert.Equal((kind, "fields"), (error.Kind, error.Parameter));
    }

    [Fact]
    public void Unknown_names_are_refused_where_that_is_wanted_all_at_once()
    {
        const string Fields = "none,descripton,note.autor,value.anything,site.nosuch,$.rnak";

        var refusal = Assert.Throws<QueryException>(() => FieldSelection.Parse(Fields, TicketTable.Schema, UnknownAttributes.Refuse));

        Assert.Equal(
            [
                "'descripton' is no attribute of Ticket; did you mean 'description'?", "'autor' is no attribute of Note; did you mean 'author'?",
                "'nosuch' is no attribute of Site.", "'rnak' is no attribute of Ticket; did you mean 'rank'?",
            ],
            refusal.Errors.Select(error => error.Message));
        Assert.All(refusal.Errors, error => Assert.Equal((QueryErrorKind.UnknownAttribute, "fields"), (error.Kind, error.Parameter)));
    }
}
