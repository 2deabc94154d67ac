using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.WebConsole;

internal static class WebConsoleModule
{
    public static IServiceCollection AddWebConsole(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConsoleOptions>().Bind(configuration.GetSection("Console"));
        if (!IsOn(configuration))
            return services;
        services.AddSingleton<LocalMethods>();
        services.AddSessions(configuration);
        services.AddAntiforgery();
        services.AddOptions<Microsoft.AspNetCore.Antiforgery.AntiforgeryOptions>().Configure<PathBase>((antiforgery, pathBase) =>
        {
            antiforgery.Cookie.Name = "service-ordering-form";
            antiforgery.Cookie.Path = pathBase.Value + ConsoleRoutes.Root;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.FormFieldName = "form-token";
            // ConsoleAnswers tells browsers more.
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddRazorComponents();
        return services;
    }

    /// <summary>To come before anything that refuses: in the console that is a page.</summary>
    public static void UseWebConsole(this WebApplication app)
    {
        if (IsOn(app.Configuration))
            app.UseMiddleware<ConsoleAnswers>();
    }

    public static void MapWebConsole(this WebApplication app)
    {
        if (!IsOn(app.Configuration))
            return;
        var console = app.MapGroup(ConsoleRoutes.Root);
        ConsoleAssets.Map(console);
        Navigation.Map(console);
        SignIn.Map(console);
        LiveChanges.Map(console);
        Orders.OrdersPages.Map(console);
        Work.WorkPages.Map(console);
        Fallout.FalloutPages.Map(console);
        Inventory.ServicePages.Map(console);
        Events.EventPages.Map(console);
        Webhooks.WebhookPages.Map(console);
        Installation.SystemPage.Map(console);
    }

    private static bool IsOn(IConfiguration configuration) => configuration.GetValue("Console:Enabled", true);
}
