using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

internal static class CancelServiceOrdersModule
{
    public static IServiceCollection AddCancelServiceOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CancellationOptions>().Bind(configuration.GetSection("Cancellation")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CancellationOptions>, CancellationOptionsValidation>();
        return services
            .AddResource(CancelServiceOrderKind.Create())
            .AddWatchedResource<CancelServiceOrder>()
            .AddSingleton<Follower<ServiceOrder>>(Cancellation.FollowAsync)
            .AddSingleton<CancelServiceOrderStore>()
            .AddSingleton<IDue, DueCancellations>()
            .AddSingleton<CancelServiceOrderGrpcService>();
    }

    public static IEndpointRouteBuilder MapCancelServiceOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<CancelServiceOrderGrpcService>().WithTmfJson();
        return routes;
    }

    private sealed class CancellationOptionsValidation : IValidateOptions<CancellationOptions>
    {
        public ValidateOptionsResult Validate(string? name, CancellationOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
