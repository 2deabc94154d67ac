using System.Buffers;
using Grpc.Core;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

internal static class ServiceInventoryModule
{
    public static IServiceCollection AddServiceInventory(this IServiceCollection services) => services
        .AddResource(ServiceKind.Create())
        .AddWatchedResource<Service>()
        .AddEventApi(new EventApi("serviceInventory", "/tmf-api/serviceInventory/v5", ["service"])
        {
            // TMF638 v5 is in use under two paths.
            Alias = new EventApi("serviceInventoryManagement", "/tmf-api/serviceInventoryManagement/v5", ["service"]),
            SubscriptionType = "Hub",
        })
        .AddSingleton<ServiceStore>()
        .AddSingleton<IResponseText<ServiceGrpcService, GetServiceRequest, GetServiceResponse>, Text>()
        .AddSingleton<IResponseTexts<ServiceGrpcService, ListServicesRequest, ListServicesResponse>, Texts>()
        .AddSingleton<ServiceGrpcService>()
        .AddSingleton<ServiceTopologyGrpcService>()
        .AddSingleton(new Derived<Service>("service_relation", "select service_id, type || ' ' || target_id from service_relation", ServiceRelations.RowsOf));

    public static IEndpointRouteBuilder MapServiceInventory(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ServiceGrpcService>().WithTmfJson();
        routes.MapGrpcService<ServiceTopologyGrpcService>().WithTmfJson();
        return routes;
    }

    private sealed class Text(ResourceText<Service> text) : IResponseText<ServiceGrpcService, GetServiceRequest, GetServiceResponse>
    {
        public async ValueTask<GetServiceResponse?> WriteAsync(GetServiceRequest request, IBufferWriter<byte> body, ServerCallContext context)
        {
            if (request.Fields.Length > 0)
                return null;
            var (etag, changed) = await text.WriteAsync(request.Id, body, context);
            return new GetServiceResponse { Etag = etag, LastModified = changed };
        }
    }

    private sealed class Texts(ResourceList<Service> list) : IResponseTexts<ServiceGrpcService, ListServicesRequest, ListServicesResponse>
    {
        public async ValueTask<(ListServicesResponse Response, ElementTexts Texts)?> ReadAsync(ListServicesRequest request, ServerCallContext context)
        {
            if (request.Fields.Length > 0)
                return null;
            var query = ServiceRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
            var page = await list.ReadTextsAsync(query, context);
            return (ServiceGrpcService.Page(query, page, show: null), new ElementTexts(page.Resources.Count, (i, output) => list.Write(page.Resources[i], output, context)));
        }
    }
}
