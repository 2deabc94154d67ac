using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Tests;

public class ServiceDefinitionTests
{
    private static readonly Method<string, string> Method =
        new(MethodType.Unary, "package.Service", "Method", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    [Fact]
    public void Full_name_is_the_path_on_the_wire() => Assert.Equal("/package.Service/Method", Method.FullName);

    [Fact]
    public void Method_needs_names_and_marshallers()
    {
        var marshaller = Marshallers.StringMarshaller;

        Assert.Throws<ArgumentNullException>(() => new Method<string, string>(MethodType.Unary, null!, "m", marshaller, marshaller));
        Assert.Throws<ArgumentNullException>(() => new Method<string, string>(MethodType.Unary, "s", null!, marshaller, marshaller));
        Assert.Throws<ArgumentNullException>(() => new Method<string, string>(MethodType.Unary, "s", "m", null!, marshaller));
        Assert.Throws<ArgumentNullException>(() => new Method<string, string>(MethodType.Unary, "s", "m", marshaller, null!));
    }

    [Fact]
    public void Generated_service_binds_its_methods_in_order()
    {
        var binder = new RecordingBinder();

        Echo.BindService(new EchoService()).BindService(binder);

        Assert.Equal(
            ["Unary Unary", "ServerStreaming ServerStreaming", "ClientStreaming ClientStreaming", "DuplexStreaming DuplexStreaming"],
            binder.Methods);
    }

    [Fact]
    public void Method_cannot_be_added_twice()
    {
        UnaryServerMethod<string, string> handler = (request, _) => Task.FromResult(request);

        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(Method, handler);

        Assert.Throws<ArgumentException>(() => builder.AddMethod(Method, handler));
    }

    [Fact]
    public void Binder_that_takes_no_methods_says_so() =>
        Assert.Throws<NotSupportedException>(() => Echo.BindService(new EchoService()).BindService(new IndifferentBinder()));

    [Fact]
    public void Generated_class_tells_how_it_is_bound()
    {
        var attribute = (BindServiceMethodAttribute)Attribute.GetCustomAttribute(
            typeof(EchoService), typeof(BindServiceMethodAttribute), inherit: true)!;

        Assert.Equal(typeof(Echo), attribute.BindType);
        Assert.Equal("BindService", attribute.BindMethodName);
    }

    [Fact]
    public async Task Intercepted_definition_is_served()
    {
        var log = new List<string>();
        var definition = Echo.BindService(new EchoService())
            .Intercept(new LoggingInterceptor("first", log), new LoggingInterceptor("second", log));
        await using var server = await TestServer.StartAsync(
            services => services.AddGrpc(), application => application.MapGrpcService(definition));

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(
            new EchoRequest { Text = "hello" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("hello", response.Text);
        Assert.Equal(["first", "second"], log);
    }

    private sealed class IndifferentBinder : ServiceBinderBase;

    private sealed class RecordingBinder : ServiceBinderBase
    {
        public List<string> Methods { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{MethodType.Unary} {method.Name}");

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{MethodType.ClientStreaming} {method.Name}");

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{MethodType.ServerStreaming} {method.Name}");

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{MethodType.DuplexStreaming} {method.Name}");
    }
}
