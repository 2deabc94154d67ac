using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Grpc.Tests.Protos;
using ServiceOrdering.Server.Hosting.Grpc;
using static Grpc.Reflection.V1.ServerReflectionResponse;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Grpc.Tests;

public class ReflectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_mapped_service_is_listed_once()
    {
        await using var server = await StartAsync();

        var response = await AskAsync(server, new ServerReflectionRequest { ListServices = "*" });

        Assert.Equal(
            [
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
                "grpctests.Echo",
            ],
            response.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("grpctests.Echo")]
    [InlineData("grpctests.Echo.Unary")]
    [InlineData("grpctests.EchoRequest")]
    [InlineData("grpctests.EchoRequest.text")]
    [InlineData("grpctests.EchoRequest.Mood")]
    [InlineData("grpctests.EchoRequest.MOOD_GLAD")]
    [InlineData("grpctests.EchoRequest.shape")]
    [InlineData("grpctests.volume")]
    public async Task Symbol_leads_to_its_file_and_what_that_imports(string symbol)
    {
        await using var server = await StartAsync();

        var response = await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = symbol });

        Assert.Equal(["echo.proto", "google/protobuf/descriptor.proto"], Files(response));
    }

    [Fact]
    public async Task File_is_found_by_its_name()
    {
        await using var server = await StartAsync();

        var response = await AskAsync(server, new ServerReflectionRequest { FileByFilename = "grpc/health/v1/health.proto" });

        Assert.Equal(["grpc/health/v1/health.proto"], Files(response));
    }

    [Fact]
    public async Task Extension_leads_to_the_file_that_defines_it()
    {
        await using var server = await StartAsync();

        var response = await AskAsync(server, new ServerReflectionRequest
        {
            FileContainingExtension = new ExtensionRequest
            {
                ContainingType = "google.protobuf.MethodOptions",
                ExtensionNumber = EchoExtensions.Volume.FieldNumber,
            },
        });

        Assert.Equal("echo.proto", Files(response)[0]);
    }

    [Fact]
    public async Task Extension_numbers_of_a_type_are_listed()
    {
        await using var server = await StartAsync();

        var extended = await AskAsync(
            server, new ServerReflectionRequest { AllExtensionNumbersOfType = "google.protobuf.MethodOptions" });
        var plain = await AskAsync(server, new ServerReflectionRequest { AllExtensionNumbersOfType = "grpctests.EchoRequest" });

        Assert.Equal("google.protobuf.MethodOptions", extended.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Equal([EchoExtensions.Volume.FieldNumber], extended.AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal(MessageResponseOneofCase.AllExtensionNumbersResponse, plain.MessageResponseCase);
        Assert.Empty(plain.AllExtensionNumbersResponse.ExtensionNumber);
    }

    public static TheoryData<string> UnknownThings =>
    [
        """{ "fileByFilename": "missing.proto" }""",
        """{ "fileContainingSymbol": "grpctests.Missing" }""",
        """{ "fileContainingExtension": { "containingType": "google.protobuf.MethodOptions", "extensionNumber": 1 } }""",
        """{ "fileContainingExtension": { "containingType": "grpctests.Missing", "extensionNumber": 1 } }""",
        """{ "allExtensionNumbersOfType": "grpctests.Missing" }""",
    ];

    [Theory]
    [MemberData(nameof(UnknownThings))]
    public async Task What_is_unknown_is_not_found(string request)
    {
        await using var server = await StartAsync();

        var response = await AskAsync(server, ServerReflectionRequest.Parser.ParseJson(request));

        Assert.Equal((int)StatusCode.NotFound, response.ErrorResponse.ErrorCode);
        Assert.NotEmpty(response.ErrorResponse.ErrorMessage);
    }

    [Fact]
    public async Task Request_without_a_question_is_invalid()
    {
        await using var server = await StartAsync();

        var response = await AskAsync(server, new ServerReflectionRequest { Host = "here" });

        Assert.Equal((int)StatusCode.InvalidArgument, response.ErrorResponse.ErrorCode);
        Assert.Equal("here", response.ValidHost);
        Assert.Equal("here", response.OriginalRequest.Host);
    }

    [Fact]
    public async Task Stream_goes_on_after_an_error()
    {
        await using var server = await StartAsync();
        using var call = Ask(server);

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileByFilename = "missing.proto" }, Token);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileByFilename = "echo.proto" }, Token);
        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync(Token)
            .Select(answer => answer.MessageResponseCase).ToListAsync(Token);

        Assert.Equal([MessageResponseOneofCase.ErrorResponse, MessageResponseOneofCase.FileDescriptorResponse], answers);
    }

    [Fact]
    public async Task First_version_of_the_protocol_gives_the_same_answers()
    {
        await using var server = await StartAsync();
        using var call = new V1Alpha.ServerReflection.ServerReflectionClient(server.Channel)
            .ServerReflectionInfo(cancellationToken: Token);

        await call.RequestStream.WriteAsync(
            new V1Alpha.ServerReflectionRequest { FileContainingSymbol = "grpctests.Echo" }, Token);
        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync(Token).ToListAsync(Token);

        var expected = await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = "grpctests.Echo" });
        Assert.Equal(
            expected.FileDescriptorResponse.FileDescriptorProto,
            Assert.Single(answers).FileDescriptorResponse.FileDescriptorProto);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        services => services.AddGrpcHealth().AddGrpcReflection().AddGrpc(),
        application =>
        {
            application.MapGrpcReflection();
            application.MapGrpcHealth();
            application.MapGrpcService<EchoService>();
        });

    private static AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> Ask(TestServer server) =>
        new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Token);

    private static async Task<ServerReflectionResponse> AskAsync(TestServer server, ServerReflectionRequest request)
    {
        using var call = Ask(server);
        await call.RequestStream.WriteAsync(request, Token);
        await call.RequestStream.CompleteAsync();
        return Assert.Single(await call.ResponseStream.ReadAllAsync(Token).ToListAsync(Token));
    }

    private static List<string> Files(ServerReflectionResponse response) =>
        [.. response.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name)];
}
