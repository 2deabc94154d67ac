using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Admin;

/// <summary>Looks at all there is in a database, and says what is wrong with it.</summary>
internal static class IntegrityReport
{
    public const int MostProblems = 100;

    /// <summary>What the database itself knows to be wrong, and what the server's own checks find.</summary>
    /// <param name="snapshot">The database.</param>
    /// <param name="checks">The server's checks; none where its schema is not this version's.</param>
    /// <param name="most">How many problems are told in words.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Findings> FindAsync(
        DatabaseSnapshot snapshot, IEnumerable<IIntegrityCheck> checks, int most, IProgress<TransferState> progress, CancellationToken cancellationToken)
    {
        var findings = new Findings(most, progress);
        await snapshot.FindDamageAsync(findings, cancellationToken);
        // What is damaged cannot be read to its end.
        if (findings.Count > 0)
            return findings;
        foreach (var check in checks)
            await check.CheckAsync(snapshot.Session, findings, cancellationToken);
        return findings;
    }

    /// <summary>Tells what was found.</summary>
    /// <returns>Whether it was nothing.</returns>
    public static bool Print(Findings findings, string location)
    {
        foreach (var problem in findings.Problems)
            Console.WriteLine(problem);
        if (findings.Count > findings.Problems.Count)
            Console.WriteLine($"… and {findings.Count - findings.Problems.Count} more.");
        if (findings.Count > 0)
            Console.Error.WriteLine($"error: {location} has {(findings.Count == 1 ? "a problem" : $"{findings.Count} problems")}.");
        return findings.Count == 0;
    }
}
