using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Events;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>What happens when a listener does not take an event; the clock stands still unless a test moves it.</summary>
public sealed class WebhookRetryTests : IDisposable
{
    private readonly ControlledTime _time = new();
    private readonly RunningServer _server;

    // What is due sleeps by another clock: its hour would end at the same instants as the hour until a next attempt, and be taken for it.
    public WebhookRetryTests() => _server = new RunningServer(
        services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<DueWork>(provider, TimeProvider.System)),
        ("Webhooks:RetryJitter", "0"));

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Event_that_is_not_taken_is_sent_again_later_and_later_with_the_same_id_until_it_is_suspended()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(500);
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();
        await _server.PlaceOrderAsync();
        var began = _time.GetUtcNow();

        var delays = new List<TimeSpan>();
        EventDelivery delivery;
        for (var failures = 1; ; failures++)
        {
            await listener.WaitAsync(1);
            delivery = await _server.WaitForAsync(id, state => state.FailedAttempts == failures);
            if (delivery.State == EventDeliveryState.Suspended)
                break;
            Assert.Equal(EventDeliveryState.Retrying, delivery.State);
            var next = delivery.NextTry.ToDateTimeOffset();
            delays.Add(next - _time.GetUtcNow());
            await _time.WaitForTimerAsync(next);
            _time.MoveTo(next);
        }

        Assert.Equal(
            [
                TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
                TimeSpan.FromHours(2), TimeSpan.FromHours(1), TimeSpan.FromHours(1),
            ],
            delays.Take(8));
        Assert.All(delays.Skip(6), delay => Assert.Equal(TimeSpan.FromHours(1), delay));
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromDays(5) - TimeSpan.FromHours(1), TimeSpan.FromDays(5));
        Assert.Single(listener.Received.Select(received => received.EventId).Distinct());
        Assert.Contains("500", delivery.SuspendedReason);
        Assert.Equal(2, delivery.Lag);

        // Suspended is not lost.
        listener.Answers(200);
        await _server.Deliveries().ResumeEventSubscriptionAsync(new ResumeEventSubscriptionRequest { Id = id }, cancellationToken: Cancel);
        var received = await listener.WaitAsync(2);
        Assert.Equal(_server.EventIds(), received.TakeLast(2).Select(taken => taken.EventId));
        delivery = await _server.WaitForAsync(id, state => state.Lag == 0);
        Assert.Equal((EventDeliveryState.Active, 0, ""), (delivery.State, delivery.FailedAttempts, delivery.SuspendedReason));
    }

    [Theory]
    [InlineData(503, "120", 120)]
    [InlineData(429, "2", 5)]
    [InlineData(503, "999999999", 86_400)]
    [InlineData(503, "date", 3600)]
    public async Task Retry_after_is_waited_for_but_not_for_ever(int status, string retryAfter, int seconds)
    {
        await using var listener = await Listener.StartAsync();
        listener.Answer = (http, _) =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.RetryAfter = retryAfter == "date" ? _time.GetUtcNow().AddHours(1).ToString("R") : retryAfter;
            return Task.CompletedTask;
        };
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();

        var delivery = await _server.WaitForAsync(id, state => state.State == EventDeliveryState.Retrying);

        Assert.Equal(TimeSpan.FromSeconds(seconds), delivery.NextTry.ToDateTimeOffset() - _time.GetUtcNow());
    }

    [Fact]
    public async Task Gone_listener_is_suspended_at_once()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(StatusCodes.Status410Gone);
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();

        var delivery = await _server.WaitForAsync(id, state => state.State == EventDeliveryState.Suspended);

        Assert.Contains("410", delivery.SuspendedReason);
        Assert.Single(listener.Received);
    }

    [Fact]
    public async Task Listener_that_does_not_answer_in_time_has_failed()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();
        await listener.WaitAsync(1);

        _time.Move(TimeSpan.FromSeconds(15));

        var delivery = await _server.WaitForAsync(id, state => state.State == EventDeliveryState.Retrying);
        Assert.Equal("No answer within 15 s.", delivery.LastError);
    }

    [Fact]
    public async Task Listener_that_resets_the_connection_has_failed()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answer = (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();

        var delivery = await _server.WaitForAsync(id, state => state.State == EventDeliveryState.Retrying);

        Assert.Contains("closed the connection", delivery.LastError);
    }

    [Fact]
    public async Task Answer_of_a_listener_is_not_shown_to_others()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answer = async (http, _) =>
        {
            http.Response.StatusCode = 500;
            http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>()!.ReasonPhrase = "internal-secret";
            await http.Response.WriteAsync("internal-secret");
        };
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();
        await _server.WaitForAsync(id, state => state.State == EventDeliveryState.Retrying);

        Assert.DoesNotContain("internal-secret", (await _server.GetAsync($"/events/v1/subscriptions/{id}")).Body);
        Assert.DoesNotContain("internal-secret", (await _server.GetAsync($"/events/v1/subscriptions/{id}/attempts")).Body);
    }

    [Fact]
    public async Task Resuming_tries_again_at_once_and_does_not_count_what_failed_before()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(500);
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();
        await _server.WaitForAsync(id, state => state.FailedAttempts == 1);
        await listener.WaitAsync(1);

        await _server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:resume");

        await listener.WaitAsync(1);
        var delivery = await _server.WaitForAsync(id, state => state.FailedAttempts > 0);
        Assert.Equal(1, delivery.FailedAttempts);
    }

    [Theory]
    [InlineData(0.0, 4.5)]
    [InlineData(0.5, 5.0)]
    [InlineData(1.0, 5.5)]
    public void Delays_vary_by_the_jitter(double random, double seconds)
    {
        var now = _time.GetUtcNow();

        var next = RetrySchedule.NextTry(new WebhookOptions(), 1, now, now, null, random);

        Assert.Equal(TimeSpan.FromSeconds(seconds), next - now);
    }
}
