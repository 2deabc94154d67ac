using Google.Protobuf.Reflection;
using ServiceOrdering.Json;

namespace Json.Tests;

public sealed class PlanRaceTests
{
    // Types that no other test reads or writes, so that this is their first use.
    private static readonly FileDescriptor[] Files =
    [
        DescriptorReflection.Descriptor,
        Google.Api.HttpReflection.Descriptor,
        Google.Api.AuthReflection.Descriptor,
        Google.Api.BackendReflection.Descriptor,
        Google.Api.ClientReflection.Descriptor,
        Google.Api.DistributionReflection.Descriptor,
        Google.Api.QuotaReflection.Descriptor,
        Google.Rpc.ErrorDetailsReflection.Descriptor,
    ];

    [Fact]
    public void Whoever_uses_a_type_first_at_the_same_time_gets_the_same_plan()
    {
        const int Users = 8;
        using var start = new Barrier(Users);
        var types = Files.SelectMany(file => file.MessageTypes).SelectMany(WithNested).Where(type => type.ClrType is not null && type.Fields.InDeclarationOrder().Count > 0).ToList();
        var plans = new IReadOnlyList<FieldPlan>[types.Count, Users];

        var users = Enumerable.Range(0, Users).Select(user => new Thread(() =>
        {
            for (var type = 0; type < types.Count; type++)
            {
                start.SignalAndWait();
                plans[type, user] = MessagePlan.Of(types[type]).Fields;
            }
        })).ToList();
        users.ForEach(user => user.Start());
        users.ForEach(user => user.Join());

        Assert.True(types.Count > 50);
        var different = types.Where((_, type) => Enumerable.Range(1, Users - 1).Any(user => !ReferenceEquals(plans[type, 0], plans[type, user])));
        Assert.Empty(different.Select(type => type.FullName));
    }

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) => message.NestedTypes.SelectMany(WithNested).Prepend(message);
}
