using ServiceOrdering.Security.V1;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Keys;

/// <summary>Shows keys: as JSON, one as a card, several as a table.</summary>
internal static class KeyView
{
    public static Columns<ApiKey> Columns { get; } = new(
        key => key.Id,
        ["ID", "NAME", "STATE", "MAY", "PARTY", "CREATED", "EXPIRES", "LAST USED"],
        key =>
        [
            Id(key.Id),
            Cell(key.Name),
            State(Word(key.State)),
            Cell(string.Join(", ", key.Roles.Concat(key.Scopes))),
            Cell(key.Party),
            When(key.CreatedDate),
            When(key.ExpiresDate),
            When(key.LastUsedDate),
        ]);

    public static void Write(Screen screen, ApiKey key)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(key);
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
}
