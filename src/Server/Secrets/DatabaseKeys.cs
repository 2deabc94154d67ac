using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Secrets;

/// <summary>
/// Keys in the database, for all of its servers. A key is added only by whoever knows all others: of servers that start at the same
/// time on an empty database, one makes the key, and the others find it when they look again, which the package does after it
/// has made one.
/// </summary>
internal sealed class DatabaseKeys(Database database) : IXmlRepository
{
    private long _known;

    // The package asks from wherever it needs a key, and waits; never from within a read or a write.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var keys = database.ReadAsync(session => session.ListAsync<string>("select body from data_protection_key order by id")).AsTask().GetAwaiter().GetResult();
        _known = keys.Count;
        return keys.ConvertAll(XElement.Parse);
    }

    public void StoreElement(XElement element, string friendlyName) => database.WriteAsync(
        Caller.Server,
        write => write.Session.ExecuteAsync(
            "insert into data_protection_key (id, body) select @id, @body where (select count(*) from data_protection_key) = @known",
            new { id = friendlyName, body = element.ToString(SaveOptions.DisableFormatting), known = _known }),
        CancellationToken.None).GetAwaiter().GetResult();
}
