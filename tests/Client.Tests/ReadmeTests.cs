using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Events.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>The examples in the package's README: they stand here too, so that they compile.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Its_examples_are_code_that_compiles()
    {
        var readme = await File.ReadAllTextAsync(Repository.PathOf("src", "Client", "Sdk", "README.md"), TestContext.Current.CancellationToken);
        var here = Plain(await File.ReadAllTextAsync(ThisFile(), TestContext.Current.CancellationToken));

        var examples = Example().Matches(readme).Select(match => match.Groups["code"].Value).ToList();

        Assert.Equal(4, examples.Count);
        Assert.All(examples, example => Assert.Contains(Plain(example), here));
    }

    internal static async Task PlaceAsync(string key)
    {
        await using var client = ServiceOrderingClient.Connect("https://orders.example.com", new ServiceOrderingClientOptions { ApiKey = key });
        var order = new ServiceOrder
        {
            ExternalId = "BSS-4711",
            ServiceOrderItem =
            {
                new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new ServiceRefOrValue { Name = "line-4711", ServiceType = "Broadband" } },
            },
        };
        var placed = await client.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order });
        Console.WriteLine(placed);
    }

    internal static void Register(IServiceCollection services, string secret)
    {
        services.AddServiceOrderingClient("https://orders.example.com")
            .Configure(options => options.ClientCredentials = new ClientCredentials
            {
                ClientId = "night-jobs",
                ClientSecret = secret,
                Authority = new Uri("https://login.example/realms/orders"),
            });
    }

    internal static async Task WatchAsync(ServiceOrderingClient client)
    {
        var watcher = new EventWatcher(client.Events, new WatchEventsRequest { IncludeSnapshot = true });
        await foreach (var message in watcher)
        {
            if (message.Event is { } told)
            {
                Console.WriteLine($"{told.EventTime} {told.EventType} {told.EventId}: {told.Resource.Id}");
            }
        }
    }

    internal static void Work(IServiceCollection services)
    {
        services.AddOrderWorker(new OrderWorkerOptions { Name = "access" }, provider => async (work, cancellationToken) =>
        {
            await provider.GetRequiredService<Network>().ActivateAsync(work.Item, cancellationToken);
            return WorkResult.Completed();
        });
    }

    private static string Plain(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()));

    private static string ThisFile() => Repository.PathOf("tests", "Client.Tests", "ReadmeTests.cs");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    internal sealed class Network
    {
        private readonly HashSet<string> _active = [];

        public Task ActivateAsync(ServiceOrderItem item, CancellationToken cancellationToken) => Task.FromResult(_active.Add(item.Id)).WaitAsync(cancellationToken);
    }
}
