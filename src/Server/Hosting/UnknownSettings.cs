namespace ServiceOrdering.Server.Hosting;

/// <summary>Keys of the configuration that nobody reads, each in a sentence: they may be meant for something.</summary>
internal sealed record UnknownSettings(IReadOnlyList<string> Told);
