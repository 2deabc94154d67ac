using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>Entity tags, and many callers at one order.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private const int Callers = 100;
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Hundred_concurrent_patches_without_If_Match_all_apply()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i =>
            order.PatchAsync($$"""[{"op":"add","path":"/note","value":{"text":"{{i}}"} }]""", PlacedOrder.JsonPatchQuery)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(Enumerable.Range(2, Callers), answers.Select(answer => int.Parse(answer.Headers["ETag"].Trim('"'))).Order());
        var read = await order.ReadAsync();
        Assert.Equal(Enumerable.Range(0, Callers), read.Json["note"]!.AsArray().Select(note => int.Parse((string)note!["text"]!)).Order());
        Assert.Equal($"\"{Callers + 1}\"", read.Headers["ETag"]);
    }

    [Fact]
    public async Task Of_hundred_patches_with_the_same_If_Match_exactly_one_wins()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i =>
            order.PatchAsync($$"""{"description":"{{i}}"}""", headers: ("If-Match", "\"1\""))));

        var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer != winner), answer => answer.IsError(HttpStatusCode.PreconditionFailed, "64"));
        Assert.Equal(winner.Body, (await order.ReadAsync()).Body);
    }

    [Fact]
    public async Task Of_hundred_updates_with_the_same_etag_exactly_one_wins()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async i =>
        {
            try
            {
                await UpdateAsync(order.Id, $"{i}", "\"1\"");
                return StatusCode.OK;
            }
            catch (ServiceOrderingException e)
            {
                Assert.Equal(ErrorReason.ServiceOrderChanged, e.ErrorReason);
                return e.StatusCode;
            }
        }));

        Assert.Equal(1, outcomes.Count(outcome => outcome == StatusCode.OK));
        Assert.Equal(Callers - 1, outcomes.Count(outcome => outcome == StatusCode.Aborted));
    }

    [Theory]
    [InlineData("\"1\"", true)]
    [InlineData("*", true)]
    [InlineData("\"0\", \"1\"", true)]
    [InlineData("\"1\",\"0\"", true)]
    [InlineData("\"0\"", false)]
    [InlineData("\"0\", \"2\"", false)]
    [InlineData("W/\"1\"", false)]
    [InlineData("1", false)]
    public async Task If_Match_is_honoured_by_PATCH_and_DELETE_and_update(string ifMatch, bool matches)
    {
        var patched = await PlacedOrder.OnAsync(_server);
        var deleted = await PlacedOrder.OnAsync(_server);
        var updated = await PlacedOrder.OnAsync(_server);

        var patch = await patched.PatchAsync("""{"description":"x"}""", headers: ("If-Match", ifMatch));
        var delete = await _server.SendAsync(HttpMethod.Delete, deleted.Path, null, ("If-Match", ifMatch));
        var update = await Record.ExceptionAsync(() => UpdateAsync(updated.Id, "x", ifMatch));

        if (matches)
        {
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (patch.Status, delete.Status));
            Assert.Null(update);
        }
        else
        {
            patch.IsError(HttpStatusCode.PreconditionFailed, "64");
            delete.IsError(HttpStatusCode.PreconditionFailed, "64");
            Assert.Equal(StatusCode.Aborted, Assert.IsType<ServiceOrderingException>(update).StatusCode);
            Assert.Equal("\"1\"", (await patched.ReadAsync()).Headers["ETag"]);
            Assert.Equal("\"1\"", (await updated.ReadAsync()).Headers["ETag"]);
        }
    }

    [Fact]
    public async Task Stale_tag_is_refused_with_the_current_one()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.ChangeAsync("""{"description":"first"}""");

        var answer = (await order.PatchAsync("""{"description":"second"}""", headers: ("If-Match", "\"1\""))).IsError(HttpStatusCode.PreconditionFailed, "64");
        var error = await order.RefuseOverGrpcAsync("""{"description":"second"}""", etag: "\"1\"");

        Assert.Contains("\\\"2\\\"", answer.Body);
        Assert.Equal((StatusCode.Aborted, "\"2\""), (error.StatusCode, error.Metadata["etag"]));
        Assert.Equal("first", (string?)(await order.ReadAsync()).Json["description"]);
    }

    [Fact]
    public async Task Every_representation_has_its_entity_tag()
    {
        var created = await _server.PostOrderAsync(ExampleOrders.Minimal);
        var read = await _server.GetAsync(created.Headers["Location"]);
        var patched = await _server.SendAsync(HttpMethod.Patch, created.Headers["Location"], """{"description":"x"}""");
        var head = await _server.SendAsync(HttpMethod.Head, created.Headers["Location"]);

        Assert.Equal(["\"1\"", "\"1\"", "\"2\"", "\"2\""], new[] { created, read, patched, head }.Select(answer => answer.Headers["ETag"]));
    }

    [Theory]
    [InlineData("\"1\"", HttpStatusCode.NotModified)]
    [InlineData("W/\"1\"", HttpStatusCode.NotModified)]
    [InlineData("*", HttpStatusCode.NotModified)]
    [InlineData("\"0\", \"1\"", HttpStatusCode.NotModified)]
    [InlineData("\"2\"", HttpStatusCode.OK)]
    public async Task If_None_Match_of_the_current_tag_is_a_304(string ifNoneMatch, HttpStatusCode status)
    {
        var order = await PlacedOrder.OnAsync(_server);

        var answer = await _server.GetAsync(order.Path, ("If-None-Match", ifNoneMatch));

        Assert.Equal((status, status == HttpStatusCode.NotModified), (answer.Status, answer.Body.Length == 0));
        Assert.Equal("\"1\"", answer.Headers["ETag"]);
    }

    [Fact]
    public async Task If_None_Match_has_no_meaning_on_POST() =>
        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(ExampleOrders.Minimal, ("If-None-Match", "*"))).Status);

    [Fact]
    public async Task Patch_and_delete_at_once_leave_no_order_half_changed()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => i == 10
                ? _server.SendAsync(HttpMethod.Delete, order.Path)
                : order.PatchAsync($$"""{"description":"{{i}}"}""")));

        Assert.Equal(HttpStatusCode.NoContent, answers[10].Status);
        Assert.All(answers.Where((_, i) => i != 10), answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.NotFound }));
        (await order.ReadAsync()).IsError(HttpStatusCode.NotFound, "60");
        Assert.Equal("0", (await _server.GetAsync(RunningServer.ServiceOrderPath)).Headers["X-Total-Count"]);
    }

    private async Task UpdateAsync(string id, string description, string etag) => await _server.ServiceOrders.UpdateServiceOrderAsync(
        new UpdateServiceOrderRequest { ServiceOrder = new ServiceOrder { Id = id, Description = description }, Etag = etag }, cancellationToken: Cancel);
}
