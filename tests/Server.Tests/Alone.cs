namespace ServiceOrdering.Server.Tests;

/// <summary>Tests that have the machine to themselves: they measure time or memory, or leave none to others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
