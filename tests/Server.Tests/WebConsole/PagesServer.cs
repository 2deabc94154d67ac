using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>A server that holds what falls out, for the tests of a class.</summary>
public sealed class PagesServer : IDisposable
{
    public FalloutServer Fallout { get; } = new(("Checking:Mode", "Asynchronous"));

    public WorkingServer Working => Fallout.Working;

    public RunningServer Server => Fallout.Server;

    /// <summary>Creates a service that is built on others, and gives its id.</summary>
    public async Task<string> CreateServiceAsync(string name, params string[] supporting)
    {
        var references = string.Join(',', supporting.Select(id => $$"""{"id":"{{id}}","@type":"ServiceRef","@referredType":"Service"}"""));
        var answer = await Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath,
            $$"""
            {"name":"{{name}}","serviceType":"type of {{name}}","state":"active","operatingStatus":"running","@type":"Service","category":"CFS","serviceSpecification":{"id":"spec","@type":"ServiceSpecificationRef"},
             "serviceCharacteristic":[{"name":"speed","value":1000,"@type":"IntegerCharacteristic"}],"supportingService":[{{references}}]}
            """);
        Assert.True((int)answer.Status == 201, answer.Body);
        return answer.Json["id"]!.GetValue<string>();
    }

    public void Dispose() => Fallout.Dispose();
}
