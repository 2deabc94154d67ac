namespace ServiceOrdering.Patch;

/// <summary>What a patch may cost. Every limit is checked before the work or the memory behind it is spent.</summary>
public sealed record PatchLimits
{
    /// <summary>The limits when none are given.</summary>
    public static PatchLimits Default { get; } = new();

    /// <summary>Operations in one patch. Default: 1000.</summary>
    public int Operations { get; init; } = 1000;

    /// <summary>Objects and arrays within each other, in a patch's values and in what comes out. Default: 64.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>
    /// Bytes of JSON text: the original and everything that is put into it, each copy counted and nothing credited that
    /// is removed again. So it limits the work as well as the result. Default: 4 MiB.
    /// </summary>
    public int Size { get; init; } = 4 * 1024 * 1024;

    /// <summary>Values that the conditions of a query patch look at, over all its operations. Default: 5 million.</summary>
    public int Comparisons { get; init; } = 5_000_000;
}
