using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

internal static class FulfillmentModule
{
    public static IServiceCollection AddFulfillment(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FulfillmentOptions>().Bind(configuration.GetSection("Fulfillment")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FulfillmentOptions>, FulfillmentOptionsValidation>();
        return services
            .AddSingleton<Follower<ServiceOrder>>(WorkTable.FollowAsync)
            .AddResource(FalloutItemKind.Create())
            .AddSingleton<FalloutTable>()
            .AddSingleton<Follower<ServiceOrder>>(provider => provider.GetRequiredService<FalloutTable>().FollowAsync)
            .AddSingleton<OrderTurns>()
            .AddSingleton<Delivery>()
            .AddSingleton<WorkStore>()
            .AddSingleton<FalloutStore>()
            .AddSingleton<FalloutGrpcService>()
            .AddSingleton<WorkDispatcher>()
            .AddWritingService<WorkDispatcher>()
            .AddSingleton<CancellationNotices>()
            .AddWritingService<CancellationNotices>()
            .AddSingleton<IGaugeReader, WorkGauges>()
            .AddSingleton<IDue, DueOrders>()
            .AddSingleton<IDue, DueItems>()
            .AddSingleton<FulfillmentGrpcService>();
    }

    // Answers as Microsoft's transcoding does: it is none of the standards'. Refusals are told as everywhere.
    public static IEndpointRouteBuilder MapFulfillment(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<FulfillmentGrpcService>().WithTmfErrors();
        routes.MapGrpcService<FalloutGrpcService>().WithTmfErrors();
        return routes;
    }

    private sealed class FulfillmentOptionsValidation : IValidateOptions<FulfillmentOptions>
    {
        public ValidateOptionsResult Validate(string? name, FulfillmentOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
