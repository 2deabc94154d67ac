using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>What notifications tell that is not in the event: the order or the service as it is now, null where it is gone or no longer seen.</summary>
internal sealed class NbiSubjects(Database database, ResourceTable<ServiceOrder> orders, ResourceTable<Service> services)
{
    public async ValueTask<ServiceOrder?> FindOrderAsync(string id, Sight sight) => (await database.ReadAsync(session => orders.FindAsync(session, id, sight)))?.Resource;

    public async ValueTask<Service?> FindServiceAsync(string id, Sight sight) => (await database.ReadAsync(session => services.FindAsync(session, id, sight)))?.Resource;
}
