namespace ServiceOrdering.Query;

/// <summary>What a pattern has when its repetitions are written out.</summary>
/// <param name="Characters">Characters, or sets of them.</param>
/// <param name="Loops">Parts that may be absent, or come again and again.</param>
/// <param name="Assertions">Assertions.</param>
internal readonly record struct PatternSize(long Characters, long Loops, long Assertions)
{
    // PostgreSQL writes repetitions out, and takes long over many parts that may be absent, and over assertions.
    private const int MaxCharacters = 2000;
    private const int MaxLoops = 300;
    private const int MaxAssertions = 10;

    public static PatternSize Character => new(1, 0, 0);

    public static PatternSize Loop => new(0, 1, 0);

    public static PatternSize Assertion => new(0, 0, 1);

    public bool IsTooLarge => Characters > MaxCharacters || Loops > MaxLoops || Assertions > MaxAssertions;

    public static PatternSize operator +(PatternSize left, PatternSize right) =>
        new(left.Characters + right.Characters, left.Loops + right.Loops, left.Assertions + right.Assertions);

    public PatternSize Times(int count) => new(Characters * count, Loops * count, Assertions * count);
}
