using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;

await Application.Build(args).RunAsync();

/// <summary>The table of contents of the server.</summary>
internal static class Application
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddDefaults();
        builder.AddEndpoints();
        builder.Services.AddErrors();
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddEvents(builder.Configuration);
        builder.Services.AddServiceOrders();

        var app = builder.Build();
        app.UseEndpointDefaults();
        app.MapServiceOrders();
        app.MapEvents();
        app.MapDiscovery();
        return app;
    }
}
