namespace ServiceOrdering.Server.Storage.Integrity;

/// <summary>A column whose values are ids in another table. Capabilities register theirs; what mends itself when it is due is none.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">Its column.</param>
/// <param name="Target">The other table, whose key is <c>id</c>.</param>
internal sealed record Reference(string Table, string Column, string Target);

/// <summary>Finds rows that refer to what is not there.</summary>
internal sealed class ReferenceCheck(IEnumerable<Reference> references) : IIntegrityCheck
{
    public async ValueTask CheckAsync(Session session, Findings findings, CancellationToken cancellationToken)
    {
        findings.Start("Checking references");
        foreach (var (table, column, target) in references)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await foreach (var (id, times) in session.StreamAsync<(string Id, long Times)>(
                $"select {column}, count(*) from {table} where not exists (select 1 from {target} where {target}.id = {table}.{column}) group by {column} order by {column}"))
            {
                findings.Add($"{table}: {(times == 1 ? "a row refers" : $"{times} rows refer")} to the {target} {id}, which is not there.");
            }
        }
    }
}
