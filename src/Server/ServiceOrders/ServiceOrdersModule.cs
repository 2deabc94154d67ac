using System.Buffers;
using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal static class ServiceOrdersModule
{
    public static IServiceCollection AddServiceOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CheckingOptions>().Bind(configuration.GetSection("Checking"));
        services.AddOptions<CatalogOptions>().Bind(configuration.GetSection("Catalog"));
        return services
            .AddResource(ServiceOrderKind.Create())
            .AddWatchedResource<ServiceOrder>()
            .AddEventApi(new EventApi("serviceOrdering", "/tmf-api/serviceOrdering/v4", ["serviceOrder", "cancelServiceOrder"])
            {
                // Components of TM Forum's open digital architecture expose it so.
                Alias = new EventApi("serviceOrderingManagement", "/tmf-api/serviceOrderingManagement/v4", ["serviceOrder", "cancelServiceOrder"]),
            })
            .AddSingleton<ISpecificationCatalog>(provider => provider.GetRequiredService<IOptions<CatalogOptions>>() switch
            {
                { Value.File: not null } options => new FileCatalog(options),
                { Value.Url: not null } options => new HttpCatalog(options, provider.GetRequiredService<TimeProvider>()),
                _ => new OpenCatalog(),
            })
            .AddSingleton<ServiceOrderChecking>()
            .AddSingleton<Follower<ServiceOrder>>(provider =>
                provider.GetRequiredService<IOptions<CheckingOptions>>().Value.Mode == CheckingMode.Manual ? (_, _, _) => ValueTask.CompletedTask : ServiceOrderDue.FollowAsync)
            .AddSingleton<ServiceOrderStore>()
            .AddSingleton<IGaugeReader, OrderGauges>()
            .AddSingleton<IResponseText<ServiceOrderGrpcService, GetServiceOrderRequest, GetServiceOrderResponse>, Text>()
            .AddSingleton<IResponseTexts<ServiceOrderGrpcService, ListServiceOrdersRequest, ListServiceOrdersResponse>, Texts>()
            .AddSingleton<ServiceOrderGrpcService>()
            .AddSingleton(new Counted<ServiceOrder>(ItemCounts.Resource, ItemCounts.StatesOf))
            .AddSingleton(new Reference("service_order_suspension", "order_id", "service_order"));
    }

    public static IEndpointRouteBuilder MapServiceOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ServiceOrderGrpcService>().WithTmfJson();
        return routes;
    }

    private sealed class Text(ResourceText<ServiceOrder> text) : IResponseText<ServiceOrderGrpcService, GetServiceOrderRequest, GetServiceOrderResponse>
    {
        public async ValueTask<GetServiceOrderResponse?> WriteAsync(GetServiceOrderRequest request, IBufferWriter<byte> body, ServerCallContext context)
        {
            if (request.Fields.Length > 0)
                return null;
            var (etag, changed) = await text.WriteAsync(request.Id, body, context);
            return new GetServiceOrderResponse { Etag = etag, LastModified = changed };
        }
    }

    private sealed class Texts(ResourceList<ServiceOrder> list) : IResponseTexts<ServiceOrderGrpcService, ListServiceOrdersRequest, ListServiceOrdersResponse>
    {
        public async ValueTask<(ListServiceOrdersResponse Response, ElementTexts Texts)?> ReadAsync(ListServiceOrdersRequest request, ServerCallContext context)
        {
            if (request.Fields.Length > 0)
                return null;
            var query = ServiceOrderRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
            var page = await list.ReadTextsAsync(query, context);
            return (ServiceOrderGrpcService.Page(query, page, show: null), new ElementTexts(page.Resources.Count, (i, output) => list.Write(page.Resources[i], output, context)));
        }
    }
}
