using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>A request that does not say what it is about is refused as such, by every method of every service.</summary>
public sealed class MissingIdTests : IDisposable
{
    private static readonly Dictionary<string, MethodDescriptor> Methods = typeof(ServiceOrderService).Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(method => method.FullName);

    private readonly RunningServer _server = new();

    public static TheoryData<string> Needy => [.. Methods.Where(method => Needed(method.Value).Any()).Select(method => method.Key).Order(StringComparer.Ordinal)];

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Services_are_found()
    {
        Assert.Contains("serviceordering.fulfillment.v1.JobService.CancelJob", Needy.Select(row => row.Data));
        Assert.All(Methods.Values.Where(method => method.IsClientStreaming || method.IsServerStreaming), method => Assert.Empty(Needed(method)));
    }

    [Theory]
    [MemberData(nameof(Needy))]
    public async Task Empty_id_is_an_invalid_argument(string name)
    {
        var method = Methods[name];
        foreach (var isEmpty in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => CallAsync(method, Request(method, isEmpty)));

            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.All(Needed(method), field => Assert.Contains((field, "FIELD_MISSING"), error.Violations.Select(violation => (violation.Field, violation.Reason))));
        }
    }

    /// <summary>The texts that a request cannot be without, and the id of a resource that is to be changed.</summary>
    private static IEnumerable<string> Needed(MethodDescriptor method) => method.InputType.Fields.InDeclarationOrder()
        .Where(field => field.FieldType == FieldType.String && FieldRules.IsRequired(field))
        .Select(field => field.Name)
        .Concat(ChangedResource(method) is { } resource ? [$"{resource.Name}.id"] : []);

    private static FieldDescriptor? ChangedResource(MethodDescriptor method)
    {
        var fields = method.InputType.Fields.InDeclarationOrder();
        return fields.Any(field => field.FieldType == FieldType.Message && field.MessageType == FieldMask.Descriptor)
            ? fields.First(field => field.FieldType == FieldType.Message && field.MessageType != FieldMask.Descriptor)
            : null;
    }

    /// <summary>A request without its texts, or with texts that are empty.</summary>
    private static IMessage Request(MethodDescriptor method, bool isEmpty)
    {
        var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        if (ChangedResource(method) is not { } changed)
            return request;
        var resource = changed.MessageType.Parser.ParseFrom(ByteString.Empty);
        if (isEmpty)
            resource.Descriptor.FindFieldByName("id").Accessor.SetValue(resource, "");
        changed.Accessor.SetValue(request, resource);
        return request;
    }

    private Task<IMessage> CallAsync(MethodDescriptor method, IMessage request)
    {
        var call = new Method<IMessage, IMessage>(MethodType.Unary, method.Service.FullName, method.Name, Form(method.InputType), Form(method.OutputType));
        return _server.Client.CallInvoker.AsyncUnaryCall(call, null, new CallOptions(cancellationToken: Cancel), request).ResponseAsync;
    }

    private static Marshaller<IMessage> Form(MessageDescriptor type) => Marshallers.Create(message => message.ToByteArray(), bytes => type.Parser.ParseFrom(bytes));
}
