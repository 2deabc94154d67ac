using System.Net;
using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>An order on a server, and the ways to change it.</summary>
public sealed class PlacedOrder
{
    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    public const string JsonPatchQuery = "application/json-patch-query+json";

    private readonly RunningServer _server;

    private PlacedOrder(RunningServer server, string id)
    {
        _server = server;
        Id = id;
    }

    public string Id { get; }

    public string Path => $"{RunningServer.ServiceOrderPath}/{Id}";

    public static async Task<PlacedOrder> OnAsync(RunningServer server, string json = ExampleOrders.Minimal) =>
        new(server, await server.PlaceOrderAsync(json));

    public Task<RestAnswer> ReadAsync() => _server.GetAsync(Path);

    public Task<RestAnswer> PatchAsync(string json, string mediaType = MergePatch, params (string Name, string Value)[] headers) =>
        _server.SendAsync(HttpMethod.Patch, Path, json, [("Content-Type", mediaType), .. headers]);

    /// <summary>Changes the order, which must succeed, and gives what it has become.</summary>
    public async Task<JsonNode> ChangeAsync(string json, string mediaType = MergePatch)
    {
        var answer = await PatchAsync(json, mediaType);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return answer.Json;
    }

    /// <summary>Tries to change the order, and asserts that it is refused and stays as it was to the last byte.</summary>
    public async Task<RestAnswer> RefuseAsync(HttpStatusCode status, string code, string json, string mediaType = MergePatch)
    {
        var before = await ReadAsync();
        var answer = (await PatchAsync(json, mediaType)).IsError(status, code);
        var after = await ReadAsync();
        Assert.Equal((before.Body, before.Headers["ETag"]), (after.Body, after.Headers["ETag"]));
        return answer;
    }

    public async Task<PatchServiceOrderResponse> PatchOverGrpcAsync(string json, string mediaType, string etag = "") =>
        await _server.ServiceOrders.PatchServiceOrderAsync(
            new PatchServiceOrderRequest { Id = Id, Etag = etag, Patch = new HttpBody { ContentType = mediaType, Data = ByteString.CopyFromUtf8(json) } },
            cancellationToken: Cancel);

    public async Task<ServiceOrderingException> RefuseOverGrpcAsync(string json, string mediaType = MergePatch, string etag = "")
    {
        var before = await ReadAsync();
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => PatchOverGrpcAsync(json, mediaType, etag));
        var after = await ReadAsync();
        Assert.Equal((before.Body, before.Headers["ETag"]), (after.Body, after.Headers["ETag"]));
        return error;
    }

    /// <summary>Gives items new states, all in one patch.</summary>
    public Task<RestAnswer> MoveAsync(params (string Item, string State)[] items) => PatchAsync(Moves(items), JsonPatchQuery);

    /// <summary>Gives items new states, one patch after the other, all of which must succeed.</summary>
    public async Task<JsonNode> WalkAsync(params (string Item, string State)[] items)
    {
        JsonNode? order = null;
        foreach (var item in items)
            order = await ChangeAsync(Moves([item]), JsonPatchQuery);
        return order!;
    }

    private static string Moves((string Item, string State)[] items) => "[" + string.Join(",", items.Select(item =>
        $$"""{"op":"replace","path":"/serviceOrderItem/state?serviceOrderItem.id={{item.Item}}","value":"{{item.State}}"}""")) + "]";
}
