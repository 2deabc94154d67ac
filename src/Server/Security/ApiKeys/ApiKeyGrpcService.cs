using Grpc.Core;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Security.ApiKeys;

internal sealed class ApiKeyGrpcService(ApiKeyStore store, ResourceList<ApiKey> list, Roles roles, SecurityAudit audit, TimeProvider time) : ApiKeyService.ApiKeyServiceBase
{
    public override async Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var key = ApiKeyRequests.Check(request, context.Identity(), roles, time.GetUtcNow());
        var caller = context.Caller();
        var (created, text) = await store.CreateAsync(caller, key, context.CancellationToken);
        audit.KeyCreated(caller, created.Id, created.Name, created.Roles);
        return new CreateApiKeyResponse { ApiKey = created, Key = text };
    }

    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var query = ApiKeyRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
        var page = await list.ReadAsync(query, shown => shown, context);
        await store.TellUseAsync(page.Resources);
        var response = new ListApiKeysResponse { ApiKeys = { page.Resources }, NextPageToken = page.NextPageToken };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }

    public override async Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        var key = await store.RevokeAsync(caller, request.Id, context.CancellationToken);
        audit.KeyRevoked(caller, key.Id, key.Name);
        return new RevokeApiKeyResponse { ApiKey = key };
    }
}
