using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.Reflection;
using ServiceOrdering.Json;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

/// <summary>What the contract can say about a service is stored and given back, over gRPC and over REST.</summary>
public sealed class ServiceRoundTripTests(ServiceLifecycleTests.OneServer fixture) : IClassFixture<ServiceLifecycleTests.OneServer>
{
    private readonly RunningServer _server = fixture.Server;

    public static TheoryData<string> Schemas => [.. DrawnService.Paths.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Every_schema_that_a_service_reaches_comes_back_with_all_its_members(string schema) =>
        AssertComesBack(new DrawnService(new Random(1)).Along(DrawnService.Paths[schema]));

    [Fact]
    public void Any_service_comes_back() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Select(seed => new DrawnService(new Random(seed)).Any(depth: 7)).ToArbitrary(), AssertComesBack));

    [Fact]
    public void Deepest_schemas_are_among_them() => Assert.Superset(
        new HashSet<string> { "GeographicSubAddressUnit", "HourPeriod", "TaxDefinition", "Quantity", "Expression", "PartyCreditProfile", "ConstraintRef" },
        DrawnService.Paths.Keys.ToHashSet());

    private void AssertComesBack(Service sent)
    {
        var created = _server.Client.Services.CreateService(new CreateServiceRequest { Service = sent }, cancellationToken: Cancel).Service;

        var expected = sent.Clone();
        foreach (var set in new[] { "id", "href", "service_date", "start_date", "has_started" }.Select(Service.Descriptor.FindFieldByName))
        {
            if (set.Name is "id" or "href" || !set.Accessor.HasValue(sent))
                Copy(set, created, expected);
        }
        Assert.Equal(expected, created);
        using var response = _server.Http.Send(new HttpRequestMessage(HttpMethod.Get, $"{RunningServer.ServicePath}/{created.Id}"), Cancel);
        using var body = new MemoryStream();
        response.Content.ReadAsStream(Cancel).CopyTo(body);
        Assert.Equal(expected, JsonFormat.Parse<Service>(body.ToArray()));
    }

    private static void Copy(FieldDescriptor field, Service from, Service to)
    {
        if (field.Accessor.HasValue(from))
            field.Accessor.SetValue(to, field.Accessor.GetValue(from));
    }
}
