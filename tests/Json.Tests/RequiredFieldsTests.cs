using Library.V1;
using ServiceOrdering.Json;

namespace Json.Tests;

public sealed class RequiredFieldsTests
{
    [Fact]
    public void Missing_fields_are_named_by_their_paths() =>
        Assert.Equal(
            ["book.title", "book.author[1].name", "book.chapter[0].title", "book.chapter[0].chapter[1].title"],
            RequiredFields.Missing(new CreateBookRequest
            {
                Book = new Book
                {
                    Author = { new Author { Name = "" }, new Author() },
                    Chapter = { new Chapter { Chapter_ = { new Chapter { Title = "x" }, new Chapter() } } },
                },
            }));

    [Fact]
    public void An_absent_message_and_an_empty_list_are_missing()
    {
        Assert.Equal(["book"], RequiredFields.Missing(new CreateBookRequest()));
        Assert.Equal(["author"], RequiredFields.Missing(new Book { Title = "" }));
    }

    [Fact]
    public void Values_of_a_map_are_looked_at() =>
        Assert.Equal(
            ["author_by_name[\"b\"].name"],
            RequiredFields.Missing(new Everything { AuthorByName = { ["a"] = new Author { Name = "A" }, ["b"] = new Author() } }));

    [Fact]
    public void A_message_that_can_hold_no_required_field_has_none_missing() => Assert.Empty(RequiredFields.Missing(new SearchRequest()));
}
