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
}
