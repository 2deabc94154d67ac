using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Client;

/// <summary>Registers clients with a host.</summary>
public static class ServiceOrderingClientServices
{
    /// <summary>
    /// Has the host make a <see cref="ServiceOrderingClient"/> when it is first asked for, keep it, and close it at its end. It logs to
    /// where the host does. Where it is called again, what it says is added.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="address">Where the server is; see <see cref="ServiceOrderingClient.Connect"/>. Default: what the options say.</param>
    /// <returns>
    /// The options, to be said further: <c>.BindConfiguration("ServiceOrdering")</c>, <c>.Configure(options => …)</c>, or with services of
    /// the host, <c>.Configure&lt;Tokens&gt;((options, tokens) => options.AccessToken = tokens.GetAsync)</c>. What they lack or contradict
    /// is told by an exception where the client is first asked for.
    /// </returns>
    public static OptionsBuilder<ServiceOrderingClientOptions> AddServiceOrderingClient(this IServiceCollection services, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(each => each.ServiceType == typeof(ServiceOrderingClient) && !each.IsKeyedService))
        {
            services.AddSingleton(provider => Connect(provider, Options.DefaultName));
        }

        return AddOptions(services, Options.DefaultName, address);
    }

    /// <summary>
    /// The same for one of several servers: the client is a keyed service, <c>[FromKeyedServices("name")]</c>, and so are its options.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="name">The key.</param>
    /// <param name="address">Where the server is. Default: what the options say.</param>
    /// <returns>The options, to be said further.</returns>
    public static OptionsBuilder<ServiceOrderingClientOptions> AddKeyedServiceOrderingClient(this IServiceCollection services, string name, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!services.Any(each => each.ServiceType == typeof(ServiceOrderingClient) && each.IsKeyedService && name.Equals(each.ServiceKey)))
        {
            services.AddKeyedSingleton(name, (provider, _) => Connect(provider, name));
        }

        return AddOptions(services, name, address);
    }

    private static OptionsBuilder<ServiceOrderingClientOptions> AddOptions(IServiceCollection services, string name, string? address)
    {
        var options = services.AddOptions<ServiceOrderingClientOptions>(name);
        if (address is not null)
        {
            options.Configure(each => each.Address = address);
        }

        options.PostConfigure<IServiceProvider>((each, provider) => each.LoggerFactory ??= provider.GetService<ILoggerFactory>());
        return options;
    }

    private static ServiceOrderingClient Connect(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<ServiceOrderingClientOptions>>().Get(name);
        return ServiceOrderingClient.Connect(
            options.Address ?? throw new OptionsValidationException(name, typeof(ServiceOrderingClientOptions), [$"The client has no {nameof(options.Address)}."]), options);
    }
}
