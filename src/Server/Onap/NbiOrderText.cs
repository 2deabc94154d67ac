using System.Buffers;
using Grpc.Core;
using ServiceOrdering.Transcoding;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>An order over REST, where members of it were asked for: what is not there is null, and the rest is not.</summary>
internal sealed class NbiOrderText(NbiOrderGrpcService service)
    : IResponseText<NbiOrderGrpcService, Nbi.CreateServiceOrderRequest, Nbi.CreateServiceOrderResponse>,
        IResponseText<NbiOrderGrpcService, Nbi.GetServiceOrderRequest, Nbi.GetServiceOrderResponse>
{
    public async ValueTask<Nbi.CreateServiceOrderResponse?> WriteAsync(Nbi.CreateServiceOrderRequest request, IBufferWriter<byte> body, ServerCallContext context)
    {
        if (NbiFields.Parse(request.Fields, request.Query) is not { } fields)
            return null;
        var response = await service.CreateServiceOrder(request, context);
        fields.Write(response.ServiceOrder, body);
        return response;
    }

    public async ValueTask<Nbi.GetServiceOrderResponse?> WriteAsync(Nbi.GetServiceOrderRequest request, IBufferWriter<byte> body, ServerCallContext context)
    {
        if (NbiFields.Parse(request.Fields, request.Query) is not { } fields)
            return null;
        var response = await service.GetServiceOrder(request, context);
        fields.Write(response.ServiceOrder, body);
        return response;
    }
}
