using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Methods;

namespace ServiceOrdering.Transcoding;

/// <summary>TM Forum's JSON for gRPC services whose routes Microsoft.AspNetCore.Grpc.JsonTranscoding has mapped.</summary>
public static class TmfJsonExtensions
{
    /// <summary>
    /// Adds JSON transcoding, and what <see cref="WithTmfJson"/> needs. Two methods with one route fail at start, and so does a
    /// route that its dialect cannot serve.
    /// </summary>
    public static IGrpcServerBuilder AddTmfJson(this IGrpcServerBuilder grpc, Action<TmfJsonOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(grpc);
        // What a service without the dialect answers errors with holds details of these types.
        grpc.AddJsonTranscoding(options => options.TypeRegistry = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor));
        grpc.Services.AddOptions<TmfJsonOptions>().Configure(configure ?? (_ => { }))
            .Validate(options => options.MaxRequestBodySize > 0, $"{nameof(TmfJsonOptions.MaxRequestBodySize)} has to be positive.")
            .Validate(options => options.StreamHeartbeat > TimeSpan.Zero, $"{nameof(TmfJsonOptions.StreamHeartbeat)} has to be positive.");
        grpc.Services.TryAddSingleton(TimeProvider.System);
        grpc.Services.TryAddSingleton<PathOptions>();
        grpc.Services.TryAddSingleton<ErrorAnswer>();
        grpc.Services.TryAddEnumerable(Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Transient<IStartupFilter, RouteCheck>());
        return grpc;
    }

    /// <summary>
    /// Serves the methods with a <c>google.api.http</c> rule in TM Forum's dialect, as <c>tmf/rest/v1/rest.proto</c> describes
    /// them. Without it a service answers as the package does: protobuf's JSON, google.rpc.Status, newline-delimited streams.
    /// </summary>
    public static GrpcServiceEndpointConventionBuilder WithTmfJson(this GrpcServiceEndpointConventionBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Add(endpoint => TmfJsonMethod.Serve((RouteEndpointBuilder)endpoint));
        return service;
    }

    /// <summary>
    /// Leaves requests and answers of the methods with a <c>google.api.http</c> rule to the package, and has what is refused
    /// told as <see cref="WithTmfJson"/> tells it: every violation with its place in the HTTP request, in the shape and with
    /// the status that the prefix asks for (<see cref="TmfJsonOptions.Errors"/>).
    /// </summary>
    public static GrpcServiceEndpointConventionBuilder WithTmfErrors(this GrpcServiceEndpointConventionBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Add(endpoint => PlainMethod.Serve((RouteEndpointBuilder)endpoint));
        return service;
    }

    /// <summary>
    /// Answers unknown routes (404), wrong methods (405, with Allow) and what other middleware refuses without a body with
    /// the error body of the path's prefix; see <see cref="TmfJsonOptions.Errors"/>. gRPC calls keep their own answers.
    /// To be added before authentication.
    /// </summary>
    public static IApplicationBuilder UseTmfJsonErrors(this IApplicationBuilder app) => app.UseMiddleware<TmfJsonErrorsMiddleware>();

    /// <summary>For middleware behind <see cref="UseTmfJsonErrors"/>: ends the request with this failure, whose body is written there.</summary>
    public static void Refuse(this HttpContext http, TranscodingFailure failure, string message)
    {
        ArgumentNullException.ThrowIfNull(http);
        var error = FailureReasons.Error(failure, message);
        http.Response.StatusCode = error.HttpStatus;
        http.Features.Set(error);
    }

    /// <summary>The same with what a service would have thrown; its violations name what they name.</summary>
    public static void Refuse(HttpContext http, RpcException refusal)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(refusal);
        var error = ServiceErrors.Error(refusal, field => (ViolationPlace.Body, field));
        http.Response.StatusCode = error.HttpStatus;
        http.Features.Set(error);
    }
}
