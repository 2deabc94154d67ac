namespace ServiceOrdering.Patch;

/// <summary>Why a patch is refused.</summary>
public enum PatchProblemKind
{
    /// <summary>The patch is not JSON, or not a patch of its media type.</summary>
    Malformed,

    /// <summary>An operation leads to a place that the resource does not have.</summary>
    PathNotFound,

    /// <summary>A <c>test</c> operation found another value.</summary>
    TestFailed,

    /// <summary>No element meets the conditions of a query.</summary>
    NoMatch,

    /// <summary>A limit of <see cref="PatchLimits"/> is passed.</summary>
    TooLarge,

    /// <summary>The media type or the form of a path is none of those that are served.</summary>
    Unsupported,
}

/// <summary>One thing that is wrong with a patch.</summary>
/// <param name="Kind">Why it is refused.</param>
/// <param name="Message">What is wrong and what is allowed, for people.</param>
/// <param name="Operation">Index of the operation; null where the patch as a whole is to blame.</param>
/// <param name="Member">While parsing: the member of the operation that is to blame (<c>path</c>); null where none is.</param>
/// <param name="Path">
/// Where it is: while parsing a JSON Pointer into the patch; while applying one into the resource, or the query that
/// failed.
/// </param>
public sealed record PatchProblem(
    PatchProblemKind Kind, string Message, int? Operation = null, string? Member = null, string Path = "");

/// <summary>A patch that was refused. Nothing of it was applied.</summary>
public sealed class PatchException : Exception
{
    /// <summary>Refuses a patch for one or more problems, in the order of the patch.</summary>
    public PatchException(IReadOnlyList<PatchProblem> problems)
        : base(string.Join(" ", problems.Select(problem => problem.Message)))
    {
        ArgumentOutOfRangeException.ThrowIfZero(problems.Count);
        Problems = problems;
    }

    internal PatchException(PatchProblemKind kind, string message, int? operation = null, string? member = null, string path = "")
        : this([new PatchProblem(kind, message, operation, member, path)])
    {
    }

    /// <summary>Everything that is wrong, at least one thing.</summary>
    public IReadOnlyList<PatchProblem> Problems { get; }

    /// <summary>The kind of the first problem.</summary>
    public PatchProblemKind Kind => Problems[0].Kind;

    /// <summary>The operation of the first problem.</summary>
    public int? Operation => Problems[0].Operation;

    /// <summary>The path of the first problem.</summary>
    public string Path => Problems[0].Path;
}
