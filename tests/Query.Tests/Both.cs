using System.Text;

namespace ServiceOrdering.Query.Tests;

/// <summary>Asks memory and SQL the same question.</summary>
internal static class Both
{
    /// <summary>The documents at the positions given as digits match, and no other.</summary>
    public static void Match(Filter filter, string[] documents, string expected)
    {
        using var table = new TicketTable(documents);
        var inMemory = Enumerable.Range(0, documents.Length).Where(i => filter.Matches(Encoding.UTF8.GetBytes(documents[i])));

        Assert.Equal(expected, string.Concat(inMemory));
        Assert.Equal(expected, string.Concat(table.Matching(filter)));
    }
}
