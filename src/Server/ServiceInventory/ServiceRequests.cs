using ServiceOrdering.Errors.V1;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V5;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>What a request about services must be, and what the server adds to it. Pure.</summary>
internal static class ServiceRequests
{
    private const int DefaultDepth = 8;
    private const int LargestDepth = 32;

    /// <summary>Refuses what TMF638 refuses, all of it at once, and makes the service a new one.</summary>
    public static (Service Service, RequestId? RequestId) Check(CreateServiceRequest request, TimeProvider time)
    {
        // What is required is a matter of the class.
        if (request.Service is { } unnamed)
            ServiceClasses.FillIn(unnamed);
        var violations = RequestFields.Check(request);
        var requestId = RequestId.Of(request.RequestId, request.Service, violations);
        if (request.Service is { } sent)
        {
            violations.AddRange(CheckCharacteristics(sent, "service."));
            if (!ServiceLifecycle.IsFirst(sent.State))
                violations.Add(Violation("service.state", ErrorReason.FieldInvalid, $"A service does not start as {EnumNames.Json(sent.State)}."));
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);

        var service = request.Service;
        service.Id = ResourceId.New();
        if (!service.HasServiceDate)
            service.ServiceDate = TmfDate.Text(time.Now());
        ServiceLifecycle.Enter(new Service(), service, time.GetUtcNow());
        return (service, requestId);
    }

    public static ResourceQuery Check(ListServicesRequest request, Sight sight, UnknownAttributes unknown) => ResourceQuery.Check(
        sight, ResourceSchema.For(Service.Descriptor), unknown, request.Filter, request.Sort, request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);

    public static ResourceChange<Service> Check(UpdateServiceRequest request, string href) =>
        new MaskChange<Service>("service", request.Service, request.UpdateMask, href);

    public static ResourceChange<Service> Check(PatchServiceRequest request, string href, bool isStrict) =>
        new PatchChange<Service>(request.Patch, href, isStrict);

    public static (ServiceTopologyDirection Direction, int Depth) Check(GetServiceTopologyRequest request)
    {
        var violations = RequestFields.Check(request);
        var depth = request.HasDepth ? request.Depth : DefaultDepth;
        if (depth is < 1 or > LargestDepth)
            violations.Add(Violation("depth", ErrorReason.QueryInvalid, $"'depth' is {depth}; allowed is 1 to {LargestDepth}."));
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
        return (request.Direction == ServiceTopologyDirection.Unspecified ? ServiceTopologyDirection.Supporting : request.Direction, depth);
    }

    /// <summary>Finds characteristics whose values are not of their classes.</summary>
    public static IEnumerable<FieldViolation> CheckCharacteristics(Service service, string path) =>
        from placed in ServiceParts.All(service, path)
        let characteristic = placed.Part as Characteristic
        where characteristic is not null && !CharacteristicClasses.Fits(characteristic)
        select Violation($"{placed.Path}.value", ErrorReason.FieldInvalid, $"The value of '{characteristic.Name}' is none that a {characteristic.Type} can have.");
}
