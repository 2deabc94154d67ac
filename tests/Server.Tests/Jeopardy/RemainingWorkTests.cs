using ServiceOrdering.Server.Jeopardy;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Jeopardy;

/// <summary>The longest way through what remains of an order.</summary>
public sealed class RemainingWorkTests
{
    private static readonly Dictionary<string, TimeSpan> Durations = new() { ["one"] = Hours(1), ["two"] = Hours(2), ["spec"] = Hours(5), ["*"] = Hours(3) };

    // An item: its id, its service type, what it depends on, "!" behind where it is completed, items within in brackets.
    [Theory]
    [InlineData("a/one", 1, "a")]
    [InlineData("a/other", 3, "a")]
    [InlineData("a/one b/two", 2, "b")]
    [InlineData("a/one b/two:a", 3, "a b")]
    [InlineData("b/two:a a/one", 3, "a b")]
    [InlineData("a/one b/two c/one:a d/one:b e/one:c,d", 4, "b d e")]
    [InlineData("a/two! b/one:a", 1, "b")]
    [InlineData("a/two! b/one:a!", 0, "")]
    [InlineData("p/two[x/one y/two:x] z/one:p", 4, "x y z")]
    [InlineData("a/two p/two:a[x/one] z/one:p", 4, "a x z")]
    [InlineData("p/one[x/one:p y/two]", 2, "y")]
    public void Longest_path_is_found(string items, int hours, string path)
    {
        var remaining = RemainingWork.Of(Parse(items), Durations);

        Assert.Equal((Hours(hours), path), (remaining.Time, string.Join(' ', remaining.ItemIds)));
    }

    [Fact]
    public void Specification_counts_before_the_type_and_what_changes_nothing_takes_no_time()
    {
        var order = Parse("a/one b/two:a");
        order.ServiceOrderItem[0].Service.ServiceSpecification = new ServiceSpecificationRef { Id = "spec" };
        order.ServiceOrderItem[1].Action = OrderItemAction.NoChange;

        Assert.Equal(Hours(5), RemainingWork.Of(order, Durations).Time);
        Assert.Equal(TimeSpan.Zero, RemainingWork.Of(order, new Dictionary<string, TimeSpan> { ["three"] = Hours(9) }).Time);
    }

    [Fact]
    public void Long_chain_is_measured()
    {
        var order = new ServiceOrder();
        for (var i = 20_000; i > 0; i--)
            order.ServiceOrderItem.Add(Parse(i == 1 ? "1/one" : $"{i}/one:{i - 1}").ServiceOrderItem[0]);

        var remaining = RemainingWork.Of(order, Durations);

        Assert.Equal((Hours(20_000), "1", "20000"), (remaining.Time, remaining.ItemIds[0], remaining.ItemIds[^1]));
    }

    private static ServiceOrder Parse(string items)
    {
        var order = new ServiceOrder { State = ServiceOrderState.InProgress };
        var around = new Stack<Google.Protobuf.Collections.RepeatedField<ServiceOrderItem>>([order.ServiceOrderItem]);
        foreach (var word in items.Replace("[", " [ ").Replace("]", " ] ").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "[")
                around.Push(around.Peek()[^1].ServiceOrderItem_);
            else if (word == "]")
                around.Pop();
            else
                around.Peek().Add(Item(word));
        }
        return order;

        static ServiceOrderItem Item(string word)
        {
            var parts = word.TrimEnd('!').Split('/', ':');
            return new ServiceOrderItem
            {
                Id = parts[0],
                Action = OrderItemAction.Add,
                State = word.EndsWith('!') ? ServiceOrderItemState.Completed : ServiceOrderItemState.Acknowledged,
                Service = new ServiceRefOrValue { ServiceType = parts[1] },
                ServiceOrderItemRelationship =
                {
                    parts.Skip(2).SelectMany(on => on.Split(',')).Select(on => new ServiceOrderItemRelationship { RelationshipType = "dependency", OrderItem = new ServiceOrderItemRef { ItemId = on } }),
                },
            };
        }
    }

    private static TimeSpan Hours(int hours) => TimeSpan.FromHours(hours);
}
