using System.Text.Json;
using ServiceOrdering.Query.Tests.Protos;

namespace ServiceOrdering.Query.Tests;

/// <summary>What finds filters from a resource: schemas of several messages, required values and the texts of an attribute.</summary>
public class SeveralMessagesTests
{
    private static readonly ResourceSchema Schema = ResourceSchema.ForAny([TicketEvent.Descriptor, Ticket.Descriptor]);

    [Theory]
    [InlineData("eventType=a", """{"eventType":"a"}""", true)]
    [InlineData("state=held", """{"state":"held"}""", true)]
    [InlineData("state=held", """{"state":"done"}""", false)]
    [InlineData("eventType=a&rank.gt=5", """{"eventType":"a","rank":10}""", true)]
    public void A_filter_over_several_messages_knows_the_attributes_of_all(string query, string document, bool matches) =>
        Assert.Equal(matches, Filter.Parse(query, Schema).Matches(JsonElement.Parse(document)));

    [Fact]
    public void Values_are_checked_by_the_message_that_has_the_attribute() =>
        Assert.Throws<QueryException>(() => Filter.Parse("state=flying", Schema));

    [Theory]
    [InlineData("state=held&description=x", "description,state")]
    [InlineData("description=x;state=held", "")]
    [InlineData("description=x;description=y&state=held", "description")]
    [InlineData("description.ne=x", "")]
    [InlineData("", "")]
    public void Required_paths_are_those_with_required_values_texts_first(string query, string expected) =>
        Assert.Equal(expected, string.Join(',', Filter.Parse(query, ResourceSchema.For(Ticket.Descriptor)).RequiredPaths));

    [Fact]
    public void Texts_of_an_attribute_are_all_that_its_path_reaches()
    {
        var texts = AttributeTexts.At("note.author", ResourceSchema.For(Ticket.Descriptor));

        Assert.Equal(["X", "Y"], texts.In(JsonElement.Parse("""{"note":[{"author":"X"},{"author":null},{"author":"Y"}]}""")));
        Assert.Empty(texts.In(JsonElement.Parse("{}")));
    }
}
