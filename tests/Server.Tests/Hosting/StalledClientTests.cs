using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Tests.Events;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>Who asks for much and reads nothing holds little, and not for long.</summary>
[Collection(typeof(Alone))]
public sealed class StalledClientTests : IDisposable
{
    private const int Streams = 100;
    private const int Connections = 4;

    private readonly RunningServer _server = new(("Answers:TimeLimit", "00:00:08"), ("Answers:Patience", "00:00:01"));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(3_000_000)]
    [InlineData(40_000)]
    [InlineData(20_000)]
    public async Task Clients_that_grant_no_window_hold_no_more_than_all_answers_may_and_are_cut_off(int size)
    {
        var id = await PlaceAsync(size);
        var free = Budget.Free;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clients = new List<StalledClient>();
        try
        {
            for (var i = 0; i < Connections; i++)
                clients.Add(await StalledClient.ConnectAsync(_server.GrpcAddress));
            foreach (var client in clients)
                await client.AskAsync("/tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder", id, Streams);
            // Every stream has its headers, or its refusal.
            foreach (var client in clients)
                await client.ReadHeadersAsync(Streams);

            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.InRange(free - Budget.Free, Math.Min(Connections * Streams, 5) * size, free / 4);
            Assert.InRange(held, long.MinValue, 3 * free);
            Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(RunningServer.ServicePath + "?limit=0")).Status);
            AssertFreed(free);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Write_is_refused_before_anything_is_written_where_nobody_reads_the_answers()
    {
        // Less than a stream may send before the server has taken it.
        const int Size = 600_000;
        var order = new CreateServiceOrderRequest { ServiceOrder = new ServiceOrder { Description = new string('x', Size), ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new() } } } };
        var free = Budget.Free;
        using var client = await StalledClient.ConnectAsync(_server.GrpcAddress);
        for (var i = 0; i < 50; i++)
        {
            await client.AskAsync("/tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder", order.ToByteArray(), 1);
            await client.ReadHeadersAsync(1);
        }

        var held = free - Budget.Free;
        var placed = _server.Query<long>("select count(*) from service_order").Single();
        Assert.InRange(placed, 1, free / 4 / Size);
        Assert.InRange(held, placed * Size, free / 4);
        var refused = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.CreateServiceOrderAsync(order, cancellationToken: Cancel));
        Assert.Equal(Grpc.Core.StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal(placed, _server.Query<long>("select count(*) from service_order").Single());
        AssertFreed(free);
        await _server.ServiceOrders.CreateServiceOrderAsync(order, cancellationToken: Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Streams_that_do_not_read_hold_no_more_than_all_streams_may_and_are_cut_off(bool isGrpc)
    {
        const int Event = 1_000_000;
        var (all, capacity) = (Budget.Free, Budget.Streams.Free);
        var clients = new List<IDisposable>();
        try
        {
            for (var i = 0; i < 2; i++)
                clients.Add(isGrpc ? await WatchAsync() : await ListenAsync());
            using var other = await EventStreamReader.OpenAsync(_server.Http, "/events/v1/watch");
            await other.NextAsync();
            for (var i = 0; i < 20; i++)
                await PlaceAsync(Event);
            Assert.True(SpinWait.SpinUntil(() => Budget.Streams.Free < Event * 2, TimeSpan.FromSeconds(30)), $"{Budget.Streams.Free}");

            // What that is in memory is measured where the server has a process of its own: Robustness.LoadTests.
            Assert.InRange(Budget.Streams.Free, 0, capacity);
            // Who reads gets all of them, at the latest when the others are cut off.
            for (var seen = 0; seen < 20;)
                seen += (await other.NextAsync()).Event == "ServiceOrderCreateEvent" ? 1 : 0;
            AssertFreed(all);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        async Task<IDisposable> WatchAsync()
        {
            var client = await StalledClient.ConnectAsync(_server.GrpcAddress);
            await client.AskAsync("/serviceordering.events.v1.EventService/WatchEvents", [], Streams);
            await client.ReadHeadersAsync(Streams);
            return client;
        }

        async Task<IDisposable> ListenAsync()
        {
            var clients = new Clients();
            for (var i = 0; i < Streams; i++)
            {
                var tcp = new TcpClient { ReceiveBufferSize = 4096 };
                clients.Add(tcp);
                await tcp.ConnectAsync(_server.Http.BaseAddress!.Host, _server.Http.BaseAddress.Port, Cancel);
                await tcp.GetStream().WriteAsync("GET /events/v1/watch HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"u8.ToArray(), Cancel);
            }
            return clients;
        }
    }

    private AnswerBudget Budget => _server.Service<AnswerBudget>();

    private Task<string> PlaceAsync(int size) => _server.PlaceOrderAsync($$"""{"description":"{{new string('x', size)}}",{{ExampleOrders.Minimal[1..]}}""");

    private void AssertFreed(long free) =>
        Assert.True(SpinWait.SpinUntil(() => Budget.Free >= free, TimeSpan.FromSeconds(60)), $"{Budget.Free} of {free}");

    private sealed class Clients : List<TcpClient>, IDisposable
    {
        public void Dispose() => ForEach(client => client.Dispose());
    }
}
