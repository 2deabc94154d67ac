using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;

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

await app.RunAsync();
