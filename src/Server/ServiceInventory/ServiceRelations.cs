using System.Text.Json;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>
/// Which services refer to which, in a table beside them that is kept by the same writes: so that they can be followed both
/// ways. A service that another one carries by value is no service of the inventory, and does not count.
/// </summary>
internal static class ServiceRelations
{
    private const string Supporting = "supportingService";
    private const int MostServices = 1000;
    private const int MostLinks = 10_000;
    private const int MostUsersNamed = 10;

    private sealed record Relation(string Target, string Type);

    /// <summary>Brings the table from one state of a service to the next.</summary>
    public static async ValueTask FollowAsync(Write write, Service? before, Draft<Service>? after)
    {
        var (old, current) = (RelationsOf(before), RelationsOf(after?.Resource));
        foreach (var (target, type) in old.Except(current))
        {
            await write.Session.SendAsync(
                "delete from service_relation where service_id = @id and target_id = @target and type = @type", new { id = before!.Id, target, type }, expect: 1);
        }
        foreach (var (target, type) in current.Except(old))
        {
            await write.Session.SendAsync(
                "insert into service_relation (service_id, target_id, type) values (@id, @target, @type)", new { id = after!.Resource.Id, target, type });
        }
    }

    /// <summary>Ids of services that are built on this one, the first few of them.</summary>
    public static ValueTask<List<string>> UsersOfAsync(Session session, string id) => session.ListAsync<string>(
        "select service_id from service_relation where target_id = @id and type = @type and service_id <> @id order by service_id limit @limit",
        new { id, type = Supporting, limit = MostUsersNamed });

    /// <summary>A service with those within the depth, nearest first; null where there is no such service. To be asked within one consistent read.</summary>
    /// <param name="session">The read.</param>
    /// <param name="id">The service.</param>
    /// <param name="sight">How much who asks sees. A service that is not seen is not there, and neither is what leads to it.</param>
    /// <param name="seen">What a statement about services has to ask for to find only that.</param>
    /// <param name="direction">The way that links are followed.</param>
    /// <param name="depth">How many links far.</param>
    public static async ValueTask<ServiceTopology?> FollowLinksAsync(
        Session session, string id, Sight sight, string seen, ServiceTopologyDirection direction, int depth)
    {
        var (from, to) = direction == ServiceTopologyDirection.Supported ? ("target_id", "service_id") : ("service_id", "target_id");
        var services = await ReachAsync(session, id, sight, seen, from, to, depth);
        if (services.Count == 0)
            return null;

        var topology = new ServiceTopology { Services = { services } };
        var shown = services.Select(service => service.Id).ToHashSet();
        var links = await session.ListAsync<(string ServiceId, string TargetId, string Type, long Exists)>(
            $"""
            select service_id, target_id, type, case when {to} in (select id from service where true{seen}) then 1 else 0 end
            from service_relation
            where {from} in ({session.Each("@ids")}){(sight.SeesAll ? "" : $" and {to} in (select id from service where true{seen})")}
            order by service_id, target_id, type
            limit @limit
            """,
            Parameters.Of("ids", JsonSerializer.Serialize(shown)).With("limit", MostLinks + 1).With(sight));
        foreach (var (serviceId, targetId, type, exists) in links.Take(MostLinks))
        {
            // A service that is there and not shown is beyond the depth or the limit.
            if (exists == 1 && !(shown.Contains(serviceId) && shown.Contains(targetId)))
                topology.Truncated = true;
            else
                topology.Links.Add(new ServiceTopologyLink { ServiceId = serviceId, TargetId = targetId, LinkType = type });
        }
        topology.Truncated |= links.Count > MostLinks;
        return topology;
    }

    /// <summary>A service and those within the depth: distance by distance, each by id, as many as are shown.</summary>
    private static async ValueTask<List<Service>> ReachAsync(Session session, string id, Sight sight, string seen, string from, string to, int depth)
    {
        var reached = await session.ListAsync<(string Id, string Body)>($"select id, body from service where id = @id{seen}", Parameters.Of("id", id).With(sight));
        var frontier = reached.ConvertAll(service => service.Id);
        for (var distance = 1; distance <= depth && frontier.Count > 0 && reached.Count < MostServices; distance++)
        {
            var next = await session.ListAsync<(string Id, string Body)>(
                $"""
                select id, body from service
                where id in (select {to} from service_relation where {from} in ({session.Each("@frontier")})) and id not in ({session.Each("@reached")}){seen}
                order by id limit @limit
                """,
                Parameters.Of("frontier", JsonSerializer.Serialize(frontier)).With("reached", JsonSerializer.Serialize(reached.Select(service => service.Id)))
                    .With("limit", MostServices - reached.Count).With(sight));
            reached.AddRange(next);
            frontier = next.ConvertAll(service => service.Id);
        }
        return reached.ConvertAll(service => JsonFormat.Parse<Service>(service.Body));
    }

    /// <summary>What the table has of a service: the type of each relation and its target.</summary>
    public static IEnumerable<string> RowsOf(Service service) => RelationsOf(service).Select(relation => $"{relation.Type} {relation.Target}");

    private static HashSet<Relation> RelationsOf(Service? service) => service is null ? [] :
    [
        .. service.SupportingService
            .Where(ServiceClasses.IsReference)
            .Select(supporting => new Relation(supporting.Id, Supporting)),
        .. service.ServiceRelationship
            .Where(relationship => relationship.Service is { } related && ServiceClasses.IsReference(related))
            .Select(relationship => new Relation(relationship.Service.Id, relationship.RelationshipType)),
    ];
}
