namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Knows which service specifications can be ordered.</summary>
internal interface ISpecificationCatalog
{
    /// <summary>Whether a specification can be ordered.</summary>
    /// <exception cref="CatalogUnavailableException">The catalog does not answer.</exception>
    ValueTask<bool> IsKnownAsync(string id, CancellationToken cancellationToken);
}

/// <summary>The catalog does not answer, or not with what a catalog answers.</summary>
internal sealed class CatalogUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
