using System.Text.Json;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Json;
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

    /// <summary>Brings the table from one state of a service to the next; null is none.</summary>
    public static void Write(Session session, Service? before, Service? after)
    {
        var (old, current) = (RelationsOf(before), RelationsOf(after));
        foreach (var relation in old.Except(current))
            Execute("delete from service_relation where service_id = @id and target_id = @target and type = @type", before!, relation);
        foreach (var relation in current.Except(old))
            Execute("insert into service_relation (service_id, target_id, type) values (@id, @target, @type)", after!, relation);

        void Execute(string sql, Service service, Relation relation) =>
            session.Prepare(sql).With("@id", service.Id).With("@target", relation.Target).With("@type", relation.Type).Execute();
    }

    /// <summary>Ids of services that are built on this one, the first few of them.</summary>
    public static IReadOnlyList<string> UsersOf(Session session, string id) =>
        session.Prepare(
            "select service_id from service_relation where target_id = @id and type = @type and service_id <> @id order by service_id limit @limit")
            .With("@id", id)
            .With("@type", Supporting)
            .With("@limit", MostUsersNamed)
            .Read(row => row.Text(0));

    /// <summary>A service with those within the depth, nearest first; null where there is no such service. To be asked within one consistent read.</summary>
    public static ServiceTopology? Follow(Session session, string id, ServiceTopologyDirection direction, int depth)
    {
        var (from, to) = direction == ServiceTopologyDirection.Supported ? ("target_id", "service_id") : ("service_id", "target_id");
        var services = Reach(session, id, from, to, depth);
        if (services.Count == 0)
            return null;

        var topology = new ServiceTopology { Services = { services } };
        var shown = services.Select(service => service.Id).ToHashSet();
        var links = session.Prepare(
            $"""
            select service_id, target_id, type, {to} in (select id from service)
            from service_relation
            where {from} in (select value from json_each(@ids))
            order by service_id, target_id, type
            limit @limit
            """)
            .With("@ids", JsonSerializer.Serialize(shown))
            .With("@limit", MostLinks + 1)
            .Read(row => (Link: new ServiceTopologyLink { ServiceId = row.Text(0), TargetId = row.Text(1), LinkType = row.Text(2) }, Exists: row.Integer(3) == 1));
        foreach (var (link, exists) in links.Take(MostLinks))
        {
            // A service that is there and not shown is beyond the depth or the limit.
            if (exists && !(shown.Contains(link.ServiceId) && shown.Contains(link.TargetId)))
                topology.Truncated = true;
            else
                topology.Links.Add(link);
        }
        topology.Truncated |= links.Count > MostLinks;
        return topology;
    }

    /// <summary>
    /// The queue of a recursive query is first in, first out: nearest first. In a circle a service comes once for each distance
    /// that it has, at most depth + 1 times, so that this many steps reach as many services as are shown.
    /// </summary>
    private static List<Service> Reach(Session session, string id, string from, string to, int depth) =>
        session.Prepare(
            $"""
            with recursive reach (id, distance) as (
                select id, 0 from service where id = @id
                union
                select service.id, distance + 1
                from reach
                join service_relation on {from} = reach.id
                join service on service.id = {to}
                where distance < @depth
                limit @steps
            )
            select body
            from (select id as found, min(distance) as distance from reach group by id order by distance, id limit @services)
            join service on service.id = found
            order by distance, found
            """)
            .With("@id", id)
            .With("@depth", depth)
            .With("@steps", MostServices * (depth + 1))
            .With("@services", MostServices)
            .Read(row => JsonFormat.Parse<Service>(row.Utf8(0)));

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
