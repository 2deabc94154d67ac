namespace ServiceOrdering.Server.Storage.Integrity;

/// <summary>Something that holds of a sound database, and that <c>admin check</c> finds out. Capabilities register theirs.</summary>
internal interface IIntegrityCheck
{
    /// <summary>Looks at all there is. What is wrong is told to the findings and does not end it.</summary>
    /// <param name="session">A session that sees one state throughout, and only reads.</param>
    /// <param name="findings">Take what is found, and how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask CheckAsync(Session session, Findings findings, CancellationToken cancellationToken);
}
