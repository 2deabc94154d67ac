using System.Net;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Webhooks;

internal static class WebhooksModule
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection("Webhooks")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidation>();
        return services
            .AddSingleton<ResolveHost>(_ => Dns.GetHostAddressesAsync)
            .AddSingleton<CallbackRules>()
            .AddSingleton<WebhookSender>()
            .AddSingleton<DeliveryLanes>()
            .AddSingleton<DeliveryStore>()
            .AddSingleton<DeliveryServices>()
            .AddSingleton<WebhookDispatcher>()
            .AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
    }

    private sealed class WebhookOptionsValidation : IValidateOptions<WebhookOptions>
    {
        public ValidateOptionsResult Validate(string? name, WebhookOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
