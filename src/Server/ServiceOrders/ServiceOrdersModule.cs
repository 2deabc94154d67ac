using System.Buffers;
using Grpc.Core;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal static class ServiceOrdersModule
{
    public static IServiceCollection AddServiceOrders(this IServiceCollection services) => services
        .AddResource(ServiceOrderKind.Create())
        .AddWatchedResource<ServiceOrder>()
        .AddEventApi(new EventApi("serviceOrdering", "/tmf-api/serviceOrdering/v4", ["serviceOrder", "cancelServiceOrder"]))
        .AddSingleton<ServiceOrderStore>()
        .AddSingleton<IResponseText<ServiceOrderGrpcService, GetServiceOrderRequest, GetServiceOrderResponse>, Text>()
        .AddSingleton<IResponseTexts<ServiceOrderGrpcService, ListServiceOrdersRequest, ListServiceOrdersResponse>, Texts>()
        .AddSingleton<ServiceOrderGrpcService>();

    public static IEndpointRouteBuilder MapServiceOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ServiceOrderGrpcService>().WithTmfJson();
        return routes;
    }

    private sealed class Text(ResourceText<ServiceOrder> text) : IResponseText<ServiceOrderGrpcService, GetServiceOrderRequest, GetServiceOrderResponse>
    {
        public async ValueTask<GetServiceOrderResponse?> WriteAsync(GetServiceOrderRequest request, IBufferWriter<byte> body, ServerCallContext context) =>
            request.Fields.Length > 0 ? null : new GetServiceOrderResponse { Etag = await text.WriteAsync(request.Id, body, context) };
    }

    private sealed class Texts(ResourceList<ServiceOrder> list) : IResponseTexts<ServiceOrderGrpcService, ListServiceOrdersRequest, ListServiceOrdersResponse>
    {
        public async ValueTask<(ListServiceOrdersResponse Response, ElementTexts Texts)?> ReadAsync(ListServiceOrdersRequest request, ServerCallContext context)
        {
            if (request.Fields.Length > 0)
                return null;
            var query = ServiceOrderRequests.Check(request);
            var page = await list.ReadTextsAsync(query, context);
            return (ServiceOrderGrpcService.Page(query, page, show: null), new ElementTexts(page.Resources.Count, (i, output) => list.Write(page.Resources[i], output, context)));
        }
    }
}
