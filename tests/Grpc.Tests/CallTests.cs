using Grpc.Core;
using Grpc.Tests.Protos;

namespace Grpc.Tests;

public class CallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unary_call_returns_its_response()
    {
        await using var server = await TestServer.StartEchoAsync();
        var client = new Echo.EchoClient(server.Channel);

        using var call = client.UnaryAsync(new EchoRequest { Text = "hello" }, cancellationToken: Token);

        Assert.Equal("hello", (await call).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Blocking_unary_call_returns_its_response()
    {
        await using var server = await TestServer.StartEchoAsync();

        var response = new Echo.EchoClient(server.Channel).Unary(new EchoRequest { Text = "hello" }, cancellationToken: Token);

        Assert.Equal("hello", response.Text);
    }

    [Fact]
    public async Task Server_stream_delivers_every_message()
    {
        await using var server = await TestServer.StartEchoAsync();
        var client = new Echo.EchoClient(server.Channel);

        using var call = client.ServerStreaming(new EchoRequest { Text = "hello", Count = 3 }, cancellationToken: Token);
        var texts = await call.ResponseStream.ReadAllAsync(Token).Select(response => response.Text).ToListAsync(Token);

        Assert.Equal(["hello", "hello", "hello"], texts);
    }

    [Fact]
    public async Task Client_stream_is_answered_once_after_its_last_message()
    {
        await using var server = await TestServer.StartEchoAsync();

        using var call = new Echo.EchoClient(server.Channel).ClientStreaming(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "hello" }, Token);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "world" }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.Equal("hello world", (await call).Text);
    }

    [Fact]
    public async Task Duplex_stream_answers_while_requests_go_on()
    {
        await using var server = await TestServer.StartEchoAsync();

        using var call = new Echo.EchoClient(server.Channel).DuplexStreaming(cancellationToken: Token);
        foreach (var text in (string[])["hello", "world"])
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text }, Token);
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Deadline_ends_the_call_on_both_sides()
    {
        var deadline = DateTime.UtcNow.AddMilliseconds(300);
        var seen = new TaskCompletionSource<DateTime>();
        var ended = new TaskCompletionSource();
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = async (_, context) =>
            {
                seen.SetResult(context.Deadline);
                await CancellationOf(context.CancellationToken);
                ended.SetResult();
                return new EchoResponse();
            },
        });

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), deadline: deadline, cancellationToken: Token));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal(deadline, await seen.Task.WaitAsync(Token), TimeSpan.FromSeconds(1));
        await ended.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Call_without_a_deadline_has_none_on_the_server()
    {
        var seen = new TaskCompletionSource<DateTime>();
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = (_, context) =>
            {
                seen.SetResult(context.Deadline);
                return Task.FromResult(new EchoResponse());
            },
        });

        await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token);

        Assert.Equal(DateTime.MaxValue, await seen.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task Client_that_cancels_ends_the_servers_method()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var ended = new TaskCompletionSource();
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnServerStreaming = async (request, responses, context) =>
            {
                await responses.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
                await CancellationOf(context.CancellationToken);
                ended.SetResult();
            },
        });

        using var call = new Echo.EchoClient(server.Channel).ServerStreaming(new EchoRequest(), cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await ended.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Disposing_a_call_cancels_it()
    {
        var ended = new TaskCompletionSource();
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnServerStreaming = async (request, responses, context) =>
            {
                await responses.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
                await CancellationOf(context.CancellationToken);
                ended.SetResult();
            },
        });

        var call = new Echo.EchoClient(server.Channel).ServerStreaming(new EchoRequest(), cancellationToken: Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        call.Dispose();

        await ended.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Server_that_cancels_ends_the_clients_stream()
    {
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnServerStreaming = async (request, responses, context) =>
            {
                await responses.WriteAsync(new EchoResponse { Text = request.Text }, context.CancellationToken);
                throw new RpcException(new Status(StatusCode.Cancelled, "enough"));
            },
        });

        using var call = new Echo.EchoClient(server.Channel).ServerStreaming(new EchoRequest(), cancellationToken: Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Equal("enough", error.Status.Detail);
    }

    [Fact]
    public async Task Status_set_on_the_context_is_the_result()
    {
        await using var server = await TestServer.StartEchoAsync(new EchoService
        {
            OnUnary = (_, context) =>
            {
                context.Status = new Status(StatusCode.Aborted, "lost the race");
                return Task.FromResult(new EchoResponse());
            },
        });

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token));

        Assert.Equal(StatusCode.Aborted, error.StatusCode);
        Assert.Equal("Status(StatusCode=\"Aborted\", Detail=\"lost the race\")", error.Message);
    }

    [Fact]
    public async Task Request_larger_than_the_servers_limit_is_refused()
    {
        await using var server = await TestServer.StartEchoAsync(grpc: options => options.MaxReceiveMessageSize = 1000);

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest { Text = new string('x', 2000) }, cancellationToken: Token));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Response_larger_than_the_clients_limit_is_refused()
    {
        await using var server = await TestServer.StartEchoAsync(channel: options => options.MaxReceiveMessageSize = 1000);

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest { Text = new string('x', 2000) }, cancellationToken: Token));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Server_that_is_gone_is_unavailable_and_the_cause_is_kept()
    {
        var server = await TestServer.StartEchoAsync();
        await using var _ = server;
        await server.StopAsync();

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.NotNull(error.Status.DebugException);
        Assert.Same(error.Status.DebugException, error.InnerException);
        Assert.Contains("DebugException=", error.Message, StringComparison.Ordinal);
    }

    private static async Task CancellationOf(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
