using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Transcoding;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

internal static class OnapModule
{
    public static IServiceCollection AddOnap(this IServiceCollection services, IConfiguration configuration) => services
        .Configure<TmfJsonOptions>(options => options.AddNbiErrors(new ErrorDocumentation(configuration)))
        .AddTargets(configuration.GetSection("Onap"))
        .AddSingleton<NbiChecking>()
        .AddSingleton<ServiceOrderCheck>(provider => provider.GetRequiredService<NbiChecking>().CheckAsync)
        .AddSingleton<NbiOrderView>()
        .AddSingleton<NbiOrderText>()
        .AddSingleton<IResponseText<NbiOrderGrpcService, Nbi.CreateServiceOrderRequest, Nbi.CreateServiceOrderResponse>>(provider => provider.GetRequiredService<NbiOrderText>())
        .AddSingleton<IResponseText<NbiOrderGrpcService, Nbi.GetServiceOrderRequest, Nbi.GetServiceOrderResponse>>(provider => provider.GetRequiredService<NbiOrderText>())
        .AddSingleton<IResponseTexts<NbiOrderGrpcService, Nbi.ListServiceOrdersRequest, Nbi.ListServiceOrdersResponse>, NbiOrderTexts>()
        .AddSingleton<NbiOrderGrpcService>()
        .AddSingleton<NbiSubjects>()
        .AddEventApi<NbiEventDialect>(new EventApi(NbiHubRequests.Api, Targets.BaseOf("v4"), ["serviceOrder", "service"]))
        .AddSingleton<NbiHubGrpcService>();

    public static IEndpointRouteBuilder MapOnap(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<NbiOrderGrpcService>().WithTmfJson();
        routes.MapGrpcService<NbiHubGrpcService>().WithTmfJson();
        return routes;
    }
}
