using System.Reflection;
using Google.Api;
using Google.Protobuf.Reflection;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;
using ErrorReason = ServiceOrdering.Errors.V1.ErrorReason;

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
    internal static readonly List<FileDescriptor> Files =
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
            .Where(file => file.Package.StartsWith("tmf.", StringComparison.Ordinal) || file.Package.StartsWith("onap.", StringComparison.Ordinal))
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

    [Fact]
    public void Every_error_reason_says_its_statuses_its_code_and_its_title()
    {
        var errors = Files.SelectMany(file => file.EnumTypes).Single(type => type.ClrType == typeof(ErrorReason)).Values
            .Where(reason => reason.Number != 0)
            .Select(reason => (reason.Name, Error: reason.GetOptions()?.GetExtension(RestExtensions.Error)));

        Assert.All(errors, reason =>
        {
            Assert.True(reason.Error is { Status: not Google.Rpc.Code.Ok, HttpStatus: >= 400 and < 600, Title.Length: > 0 }, reason.Name);
            Assert.Matches("^[0-9]{1,3}$", reason.Error!.Code);
        });
    }

    // What a client learnt of one list, get, change or deletion holds of the others.
    [Fact]
    public void Requests_of_one_kind_number_the_same_fields_alike()
    {
        var numbers = Files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .SelectMany(method => method.InputType.Fields.InDeclarationOrder()
                .Where(field => field.FieldType != FieldType.Message)
                .Select(field => (Kind: Verb(method.Name), field.Name, field.FieldNumber)))
            .Where(field => field.Kind is "List" or "Get" or "Update" or "Patch" or "Delete" && field.Name is not ("api" or "id"))
            .ToLookup(field => (field.Kind, field.Name), field => field.FieldNumber);

        Assert.Contains(numbers, field => field.Key == ("List", "limit") && field.Count() > 1);
        Assert.All(numbers.Where(field => field.Key.Kind != "Get"), field => Assert.True(field.Distinct().Count() == 1, field.Key.ToString()));

        static string Verb(string method) => method[..(method[1..].ToList().FindIndex(char.IsUpper) + 1)];
    }

    [Fact]
    public void Positions_of_the_log_are_not_told() => Assert.DoesNotContain(
        Files.SelectMany(file => file.MessageTypes).SelectMany(message => message.Fields.InDeclarationOrder()),
        field => field.Name.Contains("position", StringComparison.Ordinal));

    [Fact]
    public void Totals_are_64_bits_wide() => Assert.All(
        Files.SelectMany(file => file.MessageTypes).SelectMany(message => message.Fields.InDeclarationOrder()).Where(field => field.Name == "total_count"),
        field => Assert.Equal(FieldType.Int64, field.FieldType));
}
