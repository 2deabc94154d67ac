using Google.Protobuf.Reflection;
using ServiceOrdering.Client;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Cli.Keys;

/// <summary>service-ordering keys list</summary>
internal sealed class KeysListCommand()
    : ListCommand<ApiKey>("List keys, newest first.", "keys", new ListOptions("keys", "state=active", "name", hasFields: false, states: ApiKeyReflection.Descriptor.FindTypeByName<EnumDescriptor>("ApiKeyState")), KeyView.Columns)
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering keys list --filter state=active",
        "service-ordering keys list --limit 10 -o table",
    ];

    protected override IAsyncEnumerable<ApiKey> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken) =>
        client.ApiKeys.ReadAllApiKeysAsync(Request(query), cancellationToken);

    protected override async Task<(IReadOnlyCollection<ApiKey> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken)
    {
        var request = Request(query);
        if (limit is { } most)
        {
            request.Limit = most;
        }

        var page = await client.ApiKeys.ListApiKeysAsync(request, cancellationToken: cancellationToken);
        return (page.ApiKeys, page.TotalCount);
    }

    private static ListApiKeysRequest Request(ListQuery query) => new()
    {
        Filter = query.Filter,
        Sort = query.Sort,
        Offset = query.Offset,
    };
}
