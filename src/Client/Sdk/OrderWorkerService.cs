using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ServiceOrdering.Client;

/// <summary>
/// Runs an <see cref="OrderWorker"/> for as long as a host runs. The host waits for its end no longer than
/// <c>HostOptions.ShutdownTimeout</c>, which should be longer than the worker's.
/// </summary>
/// <param name="worker">The worker.</param>
public sealed class OrderWorkerService(OrderWorker worker) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => worker.RunAsync(stoppingToken);
}

/// <summary>Registers workers with a host.</summary>
public static class OrderWorkerServices
{
    /// <summary>Has the host run a worker; several of them where it is called several times. The <see cref="ServiceOrderingClient"/> is to be registered too.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="options">Who the worker is.</param>
    /// <param name="handler">Makes the handler from the services of the host, once.</param>
    public static IServiceCollection AddOrderWorker(this IServiceCollection services, OrderWorkerOptions options, Func<IServiceProvider, WorkHandler> handler) =>
        services.AddSingleton<IHostedService>(provider =>
            new OrderWorkerService(new OrderWorker(provider.GetRequiredService<ServiceOrderingClient>(), options, handler(provider))));
}
