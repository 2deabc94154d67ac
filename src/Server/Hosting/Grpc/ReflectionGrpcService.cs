using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using static Grpc.Reflection.V1.ServerReflectionRequest;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace ServiceOrdering.Server.Hosting.Grpc;

/// <summary>The standard reflection service, from <see cref="DescriptorCatalog"/>.</summary>
internal sealed class ReflectionGrpcService(ReflectionAnswers answers) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(answers.To(request), context.CancellationToken);
        }
    }
}

/// <summary>The same under the protocol's first name, which older tools ask for. On the wire the two are alike.</summary>
internal sealed class ReflectionV1AlphaGrpcService(ReflectionAnswers answers) : V1Alpha.ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<V1Alpha.ServerReflectionRequest> requestStream,
        IServerStreamWriter<V1Alpha.ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var answer = answers.To(ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
            await responseStream.WriteAsync(
                V1Alpha.ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString()), context.CancellationToken);
        }
    }
}

/// <summary>Answers one reflection request.</summary>
internal sealed class ReflectionAnswers(DescriptorCatalog catalog)
{
    public ServerReflectionResponse To(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { catalog.Services.Select(name => new ServiceResponse { Name = name }) },
                };
                break;
            case MessageRequestOneofCase.FileByFilename:
                AnswerFile(response, catalog.FindFile(request.FileByFilename), request.FileByFilename);
                break;
            case MessageRequestOneofCase.FileContainingSymbol:
                AnswerFile(response, catalog.FindFileOfSymbol(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                AnswerFile(
                    response,
                    catalog.FindFileOfExtension(extension.ContainingType, extension.ExtensionNumber),
                    $"{extension.ContainingType} extension {extension.ExtensionNumber}");
                break;
            case MessageRequestOneofCase.AllExtensionNumbersOfType:
                AnswerExtensionNumbers(response, request.AllExtensionNumbersOfType);
                break;
            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "The request asks for nothing that is known here.");
                break;
        }
        return response;
    }

    private void AnswerExtensionNumbers(ServerReflectionResponse response, string type)
    {
        if (catalog.FindExtensionNumbers(type) is { } numbers)
        {
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse
            {
                BaseTypeName = type,
                ExtensionNumber = { numbers },
            };
        }
        else
        {
            response.ErrorResponse = Error(StatusCode.NotFound, $"{type} is not known here.");
        }
    }

    // With all that it imports, so that a client need not ask again for each import.
    private static void AnswerFile(ServerReflectionResponse response, FileDescriptor? file, string what)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, $"{what} is not known here.");
            return;
        }
        var files = new OrderedDictionary<string, FileDescriptor>();
        AddWithImports(file);
        response.FileDescriptorResponse = new FileDescriptorResponse
        {
            FileDescriptorProto = { files.Values.Select(each => each.SerializedData) },
        };

        void AddWithImports(FileDescriptor each)
        {
            if (files.TryAdd(each.Name, each))
            {
                foreach (var imported in each.Dependencies)
                {
                    AddWithImports(imported);
                }
            }
        }
    }

    private static ErrorResponse Error(StatusCode code, string message) =>
        new() { ErrorCode = (int)code, ErrorMessage = message };
}
