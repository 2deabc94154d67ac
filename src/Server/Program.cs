using ServiceOrdering.Server.Admin;
using ServiceOrdering.Server.Admin.Configuration;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Jeopardy;
using ServiceOrdering.Server.Jobs;
using ServiceOrdering.Server.Onap;
using ServiceOrdering.Server.OpenApi;
using ServiceOrdering.Server.Secrets;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Server.ServiceInventory;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Server.WebConsole;

if (args is ["admin", ..])
    return await AdminCommands.RunAsync(args);
if (ProgramHelp.Answers(args))
    return 0;
try
{
    await Application.Build(args).RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.Explain(e) is { } reason)
{
    Console.Error.WriteLine($"The server cannot start. {reason}");
    return 1;
}

/// <summary>The table of contents of the server.</summary>
internal static class Application
{
    /// <summary>What the server is made of, before anything of it is there.</summary>
    public static WebApplicationBuilder Describe(string[] args)
    {
        // Configuration is read once: watching the working directory for a changed file would tell of every write to a
        // database that lies there.
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        builder.AddDefaults();
        builder.Services.AddSingleton(SettingsCheck.Check(builder.Configuration));
        builder.Services.AddTelemetry(builder.Configuration);
        builder.AddEndpoints();
        builder.Services.AddSecurity(builder.Configuration);
        builder.Services.AddDiscovery();
        builder.Services.AddErrors();
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddSecrets(builder.Configuration);
        builder.Services.AddEvents(builder.Configuration);
        builder.Services.AddServiceOrders(builder.Configuration);
        builder.Services.AddCancelServiceOrders(builder.Configuration);
        builder.Services.AddServiceInventory();
        builder.Services.AddFulfillment(builder.Configuration);
        builder.Services.AddJobs();
        builder.Services.AddJeopardy(builder.Configuration);
        builder.Services.AddOnap(builder.Configuration);
        builder.Services.AddHub(builder.Configuration);
        builder.Services.AddOpenApiDocuments();
        builder.Services.AddWebConsole(builder.Configuration);
        return builder;
    }

    public static WebApplication Build(string[] args)
    {
        var app = Describe(args).Build();
        app.UseAddresses();
        app.UseWebConsole();
        app.UseEndpointDefaults();
        app.MapServiceOrders();
        app.MapCancelServiceOrders();
        app.MapEvents();
        app.MapServiceInventory();
        app.MapFulfillment();
        app.MapJobs();
        app.MapOnap();
        app.MapHub();
        app.MapSecurity();
        app.MapMetrics();
        app.MapOpenApiDocuments();
        app.MapWebConsole();
        app.MapDiscovery();
        return app;
    }
}
