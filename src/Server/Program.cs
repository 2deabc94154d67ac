using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.ServiceInventory;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;

var builder = WebApplication.CreateBuilder(args);

builder.AddDefaults();
builder.AddEndpoints();
builder.Services.AddErrors();
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddServiceOrders();
builder.Services.AddServiceInventory();

var app = builder.Build();

app.UseEndpointDefaults();
app.MapServiceOrders();
app.MapServiceInventory();
app.MapDiscovery();

await app.RunAsync();
