namespace ServiceOrdering.Server.WebConsole.Inventory;

/// <summary>Something that is drawn as a box.</summary>
/// <param name="Id">What tells it from the others.</param>
/// <param name="Title">Its name.</param>
/// <param name="State">Its state, as the standard spells it; empty for none.</param>
/// <param name="Link">The page about it; null for none.</param>
public sealed record GraphNode(string Id, string Title, string State, string? Link)
{
    /// <summary>What stands below the title beside the state.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Whether it is what the page is about.</summary>
    public bool IsMain { get; init; }
}

/// <summary>An arrow from one node to another.</summary>
/// <param name="From">Id of the node that it leaves.</param>
/// <param name="To">Id of the node that it leads to.</param>
/// <param name="Label">What it means.</param>
public sealed record GraphEdge(string From, string To, string Label);
