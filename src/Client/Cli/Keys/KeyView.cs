using ServiceOrdering.Security.V1;
using Spectre.Console;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Keys;

/// <summary>Shows keys: as JSON, one as a card, several as a table.</summary>
internal static class KeyView
{
    public static void Write(Screen screen, ApiKey key)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(key);
            return;
        }

        WriteLine(screen, "id", key.Id);
        WriteLine(screen, "name", key.Name);
        WriteLine(screen, "state", Word(key.State));
        WriteLine(screen, "roles", string.Join(", ", key.Roles));
        WriteLine(screen, "scopes", string.Join(", ", key.Scopes));
        WriteLine(screen, "party", key.Party);
        WriteLine(screen, "created", Time(key.CreatedDate));
        WriteLine(screen, "created by", key.CreatedBy);
        WriteLine(screen, "expires", key.ExpiresDate is null ? "never" : Time(key.ExpiresDate));
        WriteLine(screen, "last used", Time(key.LastUsedDate));
        WriteLine(screen, "revoked", Time(key.RevokedDate));
        WriteLine(screen, "revoked by", key.RevokedBy);
    }

    public static async Task WriteAsync(Screen screen, IAsyncEnumerable<ApiKey> keys)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonAsync(keys);
            return;
        }

        var table = Create("ID", "NAME", "STATE", "MAY", "PARTY", "CREATED", "EXPIRES", "LAST USED");
        await foreach (var key in keys)
        {
            table.AddRow(
                Cell(key.Id),
                Cell(key.Name),
                State(Word(key.State)),
                Cell(string.Join(", ", key.Roles.Concat(key.Scopes))),
                Cell(key.Party),
                Cell(Time(key.CreatedDate)),
                Cell(Time(key.ExpiresDate)),
                Cell(Time(key.LastUsedDate)));
        }

        screen.Write(table);
    }
}
