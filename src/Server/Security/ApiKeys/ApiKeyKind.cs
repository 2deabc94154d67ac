using ServiceOrdering.Json;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>What the table of keys holds beside their text.</summary>
internal static class ApiKeyKind
{
    public static ResourceKind<ApiKey> Create() => new(
        Name: "apiKey",
        Table: "api_key",
        Route: "/administration/v1/apiKeys",
        Columns:
        [
            new("state", "state", key => EnumNames.Json(key.State)),
            new("createdDate", "created_date", key => TmfDate.Text(key.CreatedDate)),
        ],
        DateColumn: "created_date",
        Id: key => key.Id,
        State: key => EnumNames.Json(key.State),
        NotFound: ApiErrors.ApiKeyNotFound,
        Changed: null);
}
