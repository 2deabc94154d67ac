using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Jeopardy;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Jeopardy;

/// <summary>Which dangers are told of, and how often.</summary>
public sealed class JeopardyAlertsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);
    private static readonly WorkKind Kind = new(OrderItemAction.Add, "access", "", "CFS");

    [Fact]
    public void Fallout_is_told_of_once_for_each_time_that_an_item_fell_out()
    {
        var order = new ServiceOrder { Id = "o", State = ServiceOrderState.Held };

        Assert.True(JeopardyAlerts.FalloutAged(order, "1", Now.AddHours(-4), Now));
        Assert.False(JeopardyAlerts.FalloutAged(order, "1", Now.AddHours(-4), Now.AddHours(1)));
        Assert.True(JeopardyAlerts.FalloutAged(order, "2", Now.AddHours(-4), Now));
        Assert.True(JeopardyAlerts.FalloutAged(order, "1", Now.AddHours(1), Now.AddHours(6)));

        var alert = order.JeopardyAlert[0];
        Assert.Equal(("falloutAge", "1", "o"), (alert.JeopardyType, Assert.Single(alert.ServiceOrderItem).ItemId, alert.ServiceOrderItem[0].ServiceOrderId));
        Assert.Contains("for 04:00:00 nobody", alert.Message);
    }

    [Fact]
    public void Items_that_were_told_of_are_not_told_again()
    {
        var order = new ServiceOrder { Id = "o", State = ServiceOrderState.InProgress };

        Assert.True(JeopardyAlerts.NoWorker(order, ["1", "2"], Kind, TimeSpan.FromMinutes(5), Now));
        Assert.True(JeopardyAlerts.NoWorker(order, ["2", "3"], Kind, TimeSpan.FromMinutes(5), Now));
        Assert.False(JeopardyAlerts.NoWorker(order, ["3"], Kind, TimeSpan.FromMinutes(5), Now));

        Assert.Equal([["1", "2"], ["3"]], order.JeopardyAlert.Select(alert => alert.ServiceOrderItem.Select(item => item.ItemId)));
        Assert.Contains("for 00:05:00 no worker was connected that takes action 'add', service type 'access', category 'CFS'", order.JeopardyAlert[0].Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Final_order_is_in_no_danger()
    {
        var order = new ServiceOrder { Id = "o", State = ServiceOrderState.Failed, RequestedCompletionDate = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Now) };

        Assert.False(JeopardyAlerts.CompletionDateMissed(order, Now));
        Assert.False(JeopardyAlerts.CompletionDateAtRisk(order, new RemainingWork(TimeSpan.FromHours(1), ["1"]), Now));
        Assert.False(JeopardyAlerts.NoWorker(order, ["1"], Kind, TimeSpan.FromMinutes(5), Now));
        Assert.False(JeopardyAlerts.FalloutAged(order, "1", Now, Now));
        Assert.Empty(order.JeopardyAlert);
    }

    [Fact]
    public void Alert_names_no_more_than_the_first_hundred_items()
    {
        var order = new ServiceOrder { Id = "o", State = ServiceOrderState.InProgress };

        JeopardyAlerts.NoWorker(order, [.. Enumerable.Range(1, 200).Select(i => $"{i}")], Kind, TimeSpan.FromMinutes(5), Now);

        Assert.Equal(100, Assert.Single(order.JeopardyAlert).ServiceOrderItem.Count);
    }

    public static TheoryData<string, string?> Options => new()
    {
        { "00:05:00", null },
        { "00:00:00", null },
        { "00:00:00.5", "NoWorkerAfter" },
        { "366.00:00:00", "NoWorkerAfter" },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Options_have_bounds(string time, string? problem)
    {
        Assert.Equal(problem, new JeopardyOptions { NoWorkerAfter = TimeSpan.Parse(time) }.Problems().FirstOrDefault() is { } text ? text.Split(' ')[0]["Jeopardy:".Length..] : null);
        Assert.Contains("Jeopardy:FalloutAfter", Assert.Single(new JeopardyOptions { FalloutAfter = TimeSpan.FromSeconds(-1) }.Problems()));
        Assert.Contains("Jeopardy:Durations:x", Assert.Single(new JeopardyOptions { Durations = { ["x"] = TimeSpan.FromSeconds(-1) } }.Problems()));
    }
}
