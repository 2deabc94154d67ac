using Grpc.Core;
using Grpc.Health.V1;

namespace ServiceOrdering.Server.Hosting.Grpc;

/// <summary>The standard health service, from <see cref="HealthStatuses"/>.</summary>
internal sealed class HealthGrpcService(HealthStatuses statuses) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        statuses.All.TryGetValue(request.Service, out var status)
            ? Task.FromResult(new HealthCheckResponse { Status = status })
            : throw new RpcException(new Status(StatusCode.NotFound, $"The status of {request.Service} is not known."));

    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var response = new HealthListResponse();
        foreach (var (service, status) in statuses.All)
        {
            response.Statuses.Add(service, new HealthCheckResponse { Status = status });
        }
        return Task.FromResult(response);
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await foreach (var status in statuses.WatchAsync(request.Service, context.CancellationToken))
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
        }
        throw new RpcException(new Status(StatusCode.Unavailable, "The server is stopping."));
    }
}
