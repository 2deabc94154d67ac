using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Tests.Protos;

namespace Grpc.Tests;

public class InterceptorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> KindsOfCall =>
        ["BlockingUnary", "Unary", "ServerStreaming", "ClientStreaming", "DuplexStreaming"];

    [Theory]
    [MemberData(nameof(KindsOfCall))]
    public async Task Client_interceptors_run_in_the_order_given(string kind)
    {
        var log = new List<string>();
        await using var server = await TestServer.StartEchoAsync();
        var invoker = server.Channel.Intercept(new LoggingInterceptor("first", log), new LoggingInterceptor("second", log));

        await CallAsync(new Echo.EchoClient(invoker), kind);

        Assert.Equal(["first", "second"], log);
    }

    [Theory]
    [MemberData(nameof(KindsOfCall))]
    public async Task Interceptor_added_later_runs_earlier(string kind)
    {
        var log = new List<string>();
        await using var server = await TestServer.StartEchoAsync();
        var invoker = server.Channel.Intercept(new LoggingInterceptor("inner", log)).Intercept(new LoggingInterceptor("outer", log));

        await CallAsync(new Echo.EchoClient(invoker), kind);

        Assert.Equal(["outer", "inner"], log);
    }

    [Theory]
    [MemberData(nameof(KindsOfCall))]
    public async Task Server_interceptors_run_in_the_order_registered(string kind)
    {
        var log = new List<string>();
        await using var server = await TestServer.StartEchoAsync(grpc: options =>
        {
            options.Interceptors.Add<LoggingInterceptor>("first", log);
            options.Interceptors.Add<LoggingInterceptor>("second", log);
        });

        await CallAsync(new Echo.EchoClient(server.Channel), kind);

        Assert.Equal(["first", "second"], log);
    }

    [Theory]
    [MemberData(nameof(KindsOfCall))]
    public async Task Header_interceptor_changes_the_request_headers(string kind)
    {
        var seen = new HeaderRecorder();
        await using var server = await TestServer.StartEchoAsync();
        var invoker = server.Channel.CreateCallInvoker().Intercept(seen).Intercept(headers =>
        {
            headers.Add("x-added", "1");
            return headers;
        });

        await CallAsync(new Echo.EchoClient(invoker), kind);

        Assert.Equal("1", seen.Options.Headers!.GetValue("x-added"));
    }

    [Theory]
    [MemberData(nameof(KindsOfCall))]
    public async Task Client_with_a_host_names_it_in_every_call(string kind)
    {
        var seen = new HeaderRecorder();
        await using var server = await TestServer.StartEchoAsync();
        var client = new Echo.EchoClient(server.Channel.Intercept(seen));

        await CallAsync(client, kind);
        Assert.Null(seen.Host);
        await CallAsync(client.WithHost("other.example"), kind);
        Assert.Equal("other.example", seen.Host);
    }

    [Fact]
    public async Task State_of_a_call_passes_from_interceptor_to_method()
    {
        await using var server = await TestServer.StartEchoAsync(
            new EchoService
            {
                OnUnary = (_, context) => Task.FromResult(new EchoResponse { Text = (string)context.UserState["key"] }),
            },
            options => options.Interceptors.Add<StateInterceptor>());

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token);

        Assert.Equal("value", response.Text);
    }

    [Fact]
    public void Missing_parts_are_refused()
    {
        var invoker = new UnusedChannel().CreateCallInvoker();

        Assert.Throws<ArgumentNullException>(() => invoker.Intercept((Interceptor)null!));
        Assert.Throws<ArgumentNullException>(() => invoker.Intercept((Interceptor[])null!));
        Assert.Throws<ArgumentNullException>(() => invoker.Intercept((Func<Metadata, Metadata>)null!));
        Assert.Throws<ArgumentNullException>(() => ((CallInvoker)null!).Intercept(new StateInterceptor()));
        Assert.Throws<ArgumentNullException>(() => ((ChannelBase)null!).Intercept(new StateInterceptor()));
        Assert.Throws<ArgumentNullException>(() => new Echo.EchoClient((ChannelBase)null!));
        Assert.Throws<ArgumentNullException>(() => new Echo.EchoClient((CallInvoker)null!));
        Assert.Throws<ArgumentNullException>(() => new Echo.EchoClient(invoker).WithHost(null!));
    }

    [Fact]
    public void Client_without_a_channel_makes_no_calls() =>
        Assert.Throws<NotSupportedException>(() => new DetachedClient().Unary(new EchoRequest(), cancellationToken: Token));

    [Fact]
    public async Task Channel_without_anything_to_close_shuts_down()
    {
        var channel = new UnusedChannel();

        await channel.ShutdownAsync();

        Assert.Equal("nowhere", channel.Target);
    }

    private static async Task CallAsync(Echo.EchoClient client, string kind)
    {
        switch (kind)
        {
            case "BlockingUnary":
                _ = client.Unary(new EchoRequest(), cancellationToken: Token);
                break;
            case "Unary":
                await client.UnaryAsync(new EchoRequest(), cancellationToken: Token);
                break;
            case "ServerStreaming":
                using (var call = client.ServerStreaming(new EchoRequest(), cancellationToken: Token))
                {
                    await call.ResponseStream.MoveNext(Token);
                }
                break;
            case "ClientStreaming":
                using (var call = client.ClientStreaming(cancellationToken: Token))
                {
                    await call.RequestStream.CompleteAsync();
                    await call;
                }
                break;
            default:
                using (var call = client.DuplexStreaming(cancellationToken: Token))
                {
                    await call.RequestStream.CompleteAsync();
                    await call.ResponseStream.MoveNext(Token);
                }
                break;
        }
    }

    private sealed class DetachedClient : Echo.EchoClient;

    private sealed class UnusedChannel() : ChannelBase("nowhere")
    {
        public override CallInvoker CreateCallInvoker() => Net.Client.GrpcChannel.ForAddress("http://nowhere").CreateCallInvoker();
    }

    private sealed class StateInterceptor : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            context.UserState["key"] = "value";
            return continuation(request, context);
        }
    }
}
