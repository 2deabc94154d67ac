using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Checks orders against the inventory and the catalog, and by what dialects ask for besides.</summary>
internal sealed class ServiceOrderChecking(
    Database database, ResourceTable<Service> services, ISpecificationCatalog catalog, IEnumerable<ServiceOrderCheck> others)
{
    /// <summary>All that is wrong with an order; nothing where it can be worked. What is wrong with it as a whole is told alone.</summary>
    /// <param name="order">The order.</param>
    /// <param name="sight">How much of the inventory is seen by who has placed the order: what is not is not there.</param>
    /// <param name="path">What leads to the order in the request, with its dot at the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CatalogUnavailableException">The catalog does not answer: nothing is known yet.</exception>
    public async ValueTask<IReadOnlyList<ServiceOrderProblem>> CheckAsync(ServiceOrder order, Sight sight, string path, CancellationToken cancellationToken)
    {
        var problems = new List<ServiceOrderProblem>();
        foreach (var other in others)
            problems.AddRange(await other(order, sight, path));
        if (problems.Exists(problem => problem.ItemId is null))
            return problems.FindAll(problem => problem.ItemId is null);
        var known = new Dictionary<string, bool>();
        foreach (var id in ServiceOrderChecks.NamedServices(order))
        {
            if (await database.ReadAsync(session => services.FindAsync(session, id, sight)) is { } service)
                known.Add(id, service.Resource.State != ServiceState.Terminated);
        }
        var unknown = new HashSet<string>();
        foreach (var id in ServiceOrderChecks.NamedSpecifications(order))
        {
            if (!await catalog.IsKnownAsync(id, cancellationToken))
                unknown.Add(id);
        }
        problems.AddRange(ServiceOrderChecks.Check(order, known, unknown, path));
        return [.. problems.DistinctBy(problem => (problem.ItemId, problem.Violation.Reason, problem.Violation.Field))];
    }
}
