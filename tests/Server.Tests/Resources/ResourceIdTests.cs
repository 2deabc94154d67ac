using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Tests.Resources;

public sealed class ResourceIdTests
{
    [Fact]
    public void Each_id_is_greater_than_the_one_before_also_where_more_are_made_than_a_millisecond_has_numbers()
    {
        var ids = Enumerable.Range(0, 100_000).Select(_ => ResourceId.New()).ToList();

        for (var i = 1; i < ids.Count; i++)
            Assert.True(string.CompareOrdinal(ids[i - 1], ids[i]) < 0, $"{ids[i - 1]} came before {ids[i]}.");
    }

    [Fact]
    public async Task Threads_see_ids_grow_and_none_twice()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 20_000).Select(_ => ResourceId.New()).ToList(), Cancel)));

        Assert.All(made, ids => Assert.Equal(ids.Order(StringComparer.Ordinal), ids));
        Assert.Equal(80_000, made.SelectMany(ids => ids).Distinct().Count());
    }

    [Fact]
    public void Id_is_a_UUID_of_version_7_and_variant_1_with_the_time_in_front()
    {
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);

        var id = Guid.Parse(ResourceId.New());

        Assert.Equal((7, 8), (id.Version, id.Variant & 0xC));
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id.ToString("N")[..12], 16));
        // Those that other tests have made in the same millisecond may have moved it on.
        Assert.InRange(time, before, before.AddMinutes(1));
    }
}
