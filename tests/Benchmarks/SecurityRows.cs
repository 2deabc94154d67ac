using System.Net.Http.Headers;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Tests.Security;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>What it costs to ask callers who they are: two servers that differ in nothing else.</summary>
internal static class SecurityRows
{
    private const string What = "with a bearer token: ";

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadPlan plan)
    {
        if (!Names().Any(name => name.Contains(plan.Only, StringComparison.OrdinalIgnoreCase)))
            return [];
        using var issuer = new TokenIssuer();
        await using var open = await BenchmarkServer.StartAsync();
        await using var closed = await BenchmarkServer.StartAsync(null, [.. issuer.Settings.Select(setting => $"--{setting.Key}={setting.Value}")]);
        var token = issuer.Issue("benchmark", roles: "orchestrator");
        var headers = TokenIssuer.Bearer(token);
        using var known = ServiceOrderingClient.Connect(closed.Grpc.ToString());
        using var anybody = ServiceOrderingClient.Connect(open.Grpc.ToString());
        using var knownHttp = new HttpClient { BaseAddress = closed.Rest, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var anybodyHttp = new HttpClient { BaseAddress = open.Rest };

        var order = BenchmarkServer.Order();
        var mine = new GetServiceOrderRequest { Id = (await known.ServiceOrders.CreateServiceOrderAsync(order, headers)).ServiceOrder.Id };
        var other = new GetServiceOrderRequest { Id = (await anybody.ServiceOrders.CreateServiceOrderAsync(order)).ServiceOrder.Id };
        Func<Task>[] calls =
        [
            () => known.ServiceOrders.CreateServiceOrderAsync(order, headers).ResponseAsync,
            () => known.ServiceOrders.GetServiceOrderAsync(mine, headers).ResponseAsync,
            () => knownHttp.GetByteArrayAsync($"/tmf-api/serviceOrdering/v4/serviceOrder/{mine.Id}"),
        ];
        Func<Task>[] references =
        [
            () => anybody.ServiceOrders.CreateServiceOrderAsync(order).ResponseAsync,
            () => anybody.ServiceOrders.GetServiceOrderAsync(other).ResponseAsync,
            () => anybodyHttp.GetByteArrayAsync($"/tmf-api/serviceOrdering/v4/serviceOrder/{other.Id}"),
        ];
        return await (plan with { Servers = [open.Process, closed.Process] }).CompareAllAsync(
            Names().Select((name, i) => new Comparison(name, calls[i], "the same of a server that asks nobody", references[i], ">= 0.90")));
    }

    private static IEnumerable<string> Names() =>
        new[] { "CreateServiceOrder over gRPC", "GetServiceOrder over gRPC", "GET /serviceOrder/{id} over REST" }.Select(name => What + name);
}
