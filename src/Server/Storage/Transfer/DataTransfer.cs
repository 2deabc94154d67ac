using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Storage.Transfer;

/// <summary>
/// Copies all that is in a database of SQLite into one of PostgreSQL. The source is read first, to the last row: what the target
/// could not hold is told before anything is copied, and how much there is, with a checksum, is written down in the target. A run
/// that goes on with an earlier one so finds out whether the source is still the same. At the end the target is read as well.
/// </summary>
internal sealed class DataTransfer(SqliteSource source, PostgresTarget target, IProgress<TransferState> progress)
{
    private const int MostProblems = 20;
    private const int RowsBetweenReports = 500;

    /// <summary>A page is copied in one transaction: after an interruption a run goes on behind the last one.</summary>
    public TransferPage Page { get; init; } = new(Rows: 10_000, Bytes: 16 * 1024 * 1024);

    private string _step = "";
    private long _total;
    private long _done;
    private long _new;
    private long _newBytes;

    /// <returns>What both databases have of each table. The transfer is complete where they agree; else the target is still marked as unfinished.</returns>
    /// <exception cref="TransferException">The source cannot be copied as it is, or has changed since the copy was begun.</exception>
    public async Task<IReadOnlyList<TableComparison>> RunAsync(CancellationToken cancellationToken)
    {
        var tables = source.Tables;
        await target.PrepareAsync(tables, cancellationToken);
        var begun = await target.ReadProgressAsync(cancellationToken);
        var total = tables.Sum(table => source.Count(table));

        Start("Checking the source", total);
        var digests = await CheckAsync(tables, isNew: begun.Count == 0, cancellationToken);
        if (begun.Count == 0)
            await target.WriteProgressAsync(digests, cancellationToken);
        else if (digests.Any(digest => begun.GetValueOrDefault(digest.Key)?.Source != digest.Value) || begun.Count != digests.Count)
            throw new TransferException($"The source has changed since the copy to {target.Location} was begun: drop that database, create it anew, and start over.");

        Start("Copying", total);
        foreach (var table in tables)
            await CopyAsync(table, begun.GetValueOrDefault(table.Name)?.Copied ?? 0, cancellationToken);

        Start("Comparing", total);
        var comparisons = new List<TableComparison>();
        foreach (var table in tables)
            comparisons.Add(new TableComparison(table.Name, digests[table.Name], await target.DigestAsync(table, Told, cancellationToken)));
        Report();
        if (comparisons.TrueForAll(comparison => comparison.IsSame))
            await target.FinishAsync(tables, cancellationToken);
        return comparisons;
    }

    private async Task<Dictionary<string, TableDigest>> CheckAsync(IReadOnlyList<TransferTable> tables, bool isNew, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, TableDigest>();
        var problems = new List<string>();
        foreach (var table in tables)
        {
            using var digester = new TableDigester();
            foreach (var row in source.Read(table, after: null))
            {
                cancellationToken.ThrowIfCancellationRequested();
                digester.Add(row);
                if (isNew && problems.Count < MostProblems && await FindProblemAsync(table, row, cancellationToken) is { } problem)
                    problems.Add(problem);
                Told(row);
            }
            digests.Add(table.Name, digester.Finish());
        }
        Report();
        return problems.Count == 0 ? digests : throw new TransferException(string.Join('\n', problems
            .Append(problems.Count == MostProblems ? "There may be more." : "")
            .Append("PostgreSQL cannot hold these rows: change or delete them at the source. Nothing was copied.")
            .Where(line => line.Length > 0)));
    }

    private async Task<string?> FindProblemAsync(TransferTable table, object?[] row, CancellationToken cancellationToken)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (TransferValue.Problem(row[i], table.IsQueried(table.Columns[i])) is { } problem)
                return $"{table.NameOf(row)}: {table.Columns[i].Name} {problem}.";
        }
        return await target.FindProblemAsync(table, row, cancellationToken) is { } refusal ? $"{table.NameOf(row)}: {refusal}." : null;
    }

    private async Task CopyAsync(TransferTable table, long copied, CancellationToken cancellationToken)
    {
        _done += copied;
        Report();
        var last = copied > 0 && table.Key.Count > 0 ? await target.FindLastKeyAsync(table, cancellationToken) : null;
        if (copied > 0 && last is null)
            return;
        using var rows = source.Read(table, last).GetEnumerator();
        var hasMore = rows.MoveNext();
        while (hasMore)
        {
            cancellationToken.ThrowIfCancellationRequested();
            copied = await target.CopyAsync(table, copied, NextPage(), cancellationToken);
            Report();
        }

        // Read while it is sent: a page is nowhere in memory.
        IEnumerable<object?[]> NextPage()
        {
            var (count, bytes) = (0, 0L);
            do
            {
                var row = rows.Current;
                yield return row;
                Told(row);
                count++;
                bytes += row.Sum(TransferValue.Size);
                hasMore = rows.MoveNext();
            }
            while (hasMore && count < Page.Rows && bytes < Page.Bytes);
        }
    }

    private void Start(string step, long total)
    {
        (_step, _total, _done, _new, _newBytes) = (step, total, 0, 0, 0);
        Report();
    }

    private void Told(object?[] row)
    {
        _done++;
        _newBytes += row.Sum(TransferValue.Size);
        if (++_new % RowsBetweenReports == 0)
            Report();
    }

    private void Report() => progress.Report(new TransferState(_step, _done, _total, _new, _newBytes));
}

/// <summary>How many rows, or bytes, a page has at most: whichever is reached first.</summary>
internal sealed record TransferPage(int Rows, long Bytes);

/// <summary>What both databases have of a table.</summary>
internal sealed record TableComparison(string Table, TableDigest Source, TableDigest Target)
{
    public bool IsSame => Source == Target;
}

/// <summary>How far the copy of a table is.</summary>
/// <param name="Source">What the source had when the copy was begun.</param>
/// <param name="Copied">How many rows of it the target has.</param>
internal sealed record TableProgress(TableDigest Source, long Copied);
