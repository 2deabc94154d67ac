using System.Reflection;
using Google.Api;
using Google.Protobuf.Reflection;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceOrdering.V4;

namespace Conformance;

/// <summary>Rules that the contract sets itself.</summary>
public class ContractStructureTests
{
    // RPCs that are deliberately not served over HTTP, by full name.
    private static readonly string[] GrpcOnly =
    [
        "tmf.serviceinventory.v5.ServiceService.UpdateService",
        "tmf.serviceordering.v4.ServiceOrderService.UpdateServiceOrder",
    ];

    // Every file that was compiled has a class with its descriptor.
    private static readonly List<FileDescriptor> Files =
    [
        .. typeof(ServiceOrder).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(FileDescriptor))
            .Select(property => (FileDescriptor)property!.GetValue(null)!),
    ];

    [Fact]
    public void Every_rpc_of_the_standards_has_an_http_rule_or_is_listed_as_grpc_only()
    {
        var methods = Files
            .Where(file => file.Package.StartsWith("tmf.", StringComparison.Ordinal))
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .ToList();
        var withoutRule = methods
            .Where(method => !HasHttpRule(method))
            .Select(method => method.FullName);

        Assert.Contains(methods, method => method.FullName == "tmf.serviceordering.v4.ServiceOrderService.CreateServiceOrder");
        Assert.Equal(GrpcOnly.Order(StringComparer.Ordinal), withoutRule.Order(StringComparer.Ordinal));
    }

    private static bool HasHttpRule(MethodDescriptor method) =>
        method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { PatternCase: not HttpRule.PatternOneofCase.None };

    [Fact]
    public void Every_error_reason_is_prefixed_with_the_name_of_its_enum()
    {
        var reasons = Files.SelectMany(file => file.EnumTypes).Single(type => type.ClrType == typeof(ErrorReason)).Values;

        Assert.Equal("ERROR_REASON_UNSPECIFIED", reasons.Single(reason => reason.Number == 0).Name);
        Assert.All(reasons, reason => Assert.Matches("^ERROR_REASON(_[A-Z][A-Z0-9]*)+$", reason.Name));
    }
}
