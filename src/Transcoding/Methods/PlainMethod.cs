using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;
using HttpRequest = Microsoft.AspNetCore.Http.HttpRequest;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>
/// Leaves a route to Microsoft's package, and says in the terms of the HTTP request what was refused: the package names
/// .NET types and fields of the proto, knows no place, and has one status for what has many.
/// </summary>
internal sealed class PlainMethod(RequestDelegate next, HttpRoute route, MethodDescriptor method, MethodServices services)
{
    private static readonly JsonParser Statuses = new(JsonParser.Settings.Default
        .WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor)).WithIgnoreUnknownFields(true));

    private readonly RequestBinder _binder = new(route, services.Options.Value, isProtobuf: true);

    /// <summary>Has the endpoint's refusals told so, where it is one that transcodes.</summary>
    public static void Serve(RouteEndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().FirstOrDefault() is not { } transcoding)
            return;
        var route = new HttpRoute(transcoding.MethodDescriptor, transcoding.HttpRule, endpoint.RoutePattern);
        var services = ActivatorUtilities.CreateInstance<MethodServices>(endpoint.ApplicationServices);
        endpoint.RequestDelegate = new PlainMethod(endpoint.RequestDelegate!, route, transcoding.MethodDescriptor, services).InvokeAsync;
    }

    private async Task InvokeAsync(HttpContext http)
    {
        byte[]? body = null;
        var answer = http.Response.Body;
        using var refusal = new RefusalBody(http.Response, answer);
        try
        {
            if (route.TakesBody)
                http.Request.Body = new MemoryStream(body = await ReadAsync(http.Request));
            http.Response.Body = refusal;
            await next(http);
        }
        catch (TranscodingException e)
        {
            await services.Errors.WriteAsync(http, e.Error);
            return;
        }
        finally
        {
            http.Response.Body = answer;
        }
        if (refusal.Text is not { } text || http.Response.HasStarted)
            return;
        if (body is not null)
            http.Request.Body = new MemoryStream(body);
        var error = await ExplainAsync(http, text);
        http.Response.Clear();
        await services.Errors.WriteAsync(http, error);
    }

    private async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = await RequestBody.ReadAsync(request, services.Options.Value.MaxRequestBodySize);
        return body.Bytes.ToArray();
    }

    private async Task<RestError> ExplainAsync(HttpContext http, string text)
    {
        var status = Statuses.Parse<Google.Rpc.Status>(text);
        // What a service refuses has a reason; the package's own refusals are of what it could not read.
        if (status.Details.Count > 0)
            return ServiceErrors.Error(status.ToRpcException(), route.Locate);
        try
        {
            await _binder.BindAsync(http, method.InputType.Parser.ParseFrom(ByteString.Empty));
        }
        catch (TranscodingException e)
        {
            return e.Error;
        }
        return (StatusCode)status.Code == StatusCode.InvalidArgument
            ? FailureReasons.Error(TranscodingFailure.BodyMalformed, "The request is not what the operation reads.")
            : ServiceErrors.Error(status.ToRpcException(), route.Locate);
    }

    /// <summary>Keeps what is written where the answer is a refusal, and passes on what else is.</summary>
    private sealed class RefusalBody(HttpResponse response, Stream answer) : Stream
    {
        private MemoryStream? _kept;

        /// <summary>The refusal, or null.</summary>
        public string? Text => _kept is null ? null : Encoding.UTF8.GetString(_kept.GetBuffer(), 0, (int)_kept.Length);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        private Stream Target => response.StatusCode < 400 ? answer : _kept ??= new MemoryStream();

        public override void Flush() => Target.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => Target.FlushAsync(cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => Target.Write(buffer, offset, count);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Target.WriteAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Target.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _kept?.Dispose();
            base.Dispose(disposing);
        }
    }
}
