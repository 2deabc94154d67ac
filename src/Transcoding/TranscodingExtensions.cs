using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Methods;

namespace ServiceOrdering.Transcoding;

/// <summary>Adds transcoding to an application that serves gRPC.</summary>
public static class TranscodingExtensions
{
    /// <summary>
    /// Serves every method with a <c>google.api.http</c> rule as JSON over HTTP, beside gRPC, for the services that are
    /// mapped with <c>MapGrpcService</c>. A rule that does not fit its messages, and two methods with one route, fail there.
    /// </summary>
    public static IServiceCollection AddTranscoding(this IServiceCollection services, Action<TranscodingOptions>? configure = null)
    {
        services.AddOptions<TranscodingOptions>().Configure(configure ?? (_ => { }))
            .Validate(options => options.MaxRequestBodySize > 0, $"{nameof(TranscodingOptions.MaxRequestBodySize)} has to be positive.")
            .Validate(options => options.StreamHeartbeat > TimeSpan.Zero, $"{nameof(TranscodingOptions.StreamHeartbeat)} has to be positive.");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RouteTable>();
        services.TryAddSingleton<ErrorAnswer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IServiceMethodProvider<>), typeof(TranscodingServiceMethodProvider<>)));
        return services;
    }

    /// <summary>
    /// Answers unknown routes (404), wrong methods (405, with Allow) and what other middleware refuses without a body with
    /// the error body of the path's prefix; see <see cref="TranscodingOptions.Errors"/>. gRPC calls keep their own answers.
    /// To be added before authentication.
    /// </summary>
    public static IApplicationBuilder UseTranscodingErrors(this IApplicationBuilder app) => app.UseMiddleware<TranscodingErrorsMiddleware>();
}
