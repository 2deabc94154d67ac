using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.ServiceOrders;
using static ServiceOrdering.Server.Errors.RequestFields;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>What a request to ONAP's NBI about service orders must be. Pure.</summary>
internal static class NbiOrderRequests
{
    public const string Version3 = "v3";
    public const string Version4 = "v4";

    /// <summary>The version that a request is for.</summary>
    public static string VersionOf(Nbi.CreateServiceOrderRequest request) => request.Version == Version3 ? Version3 : Version4;

    /// <summary>Refuses what the documents refuse, all of it at once.</summary>
    public static Nbi.ServiceOrder Check(Nbi.CreateServiceOrderRequest request)
    {
        var violations = RequestFields.Check(request);
        var unprocessable = new List<FieldViolation>();
        var isVersion3 = VersionOf(request) == Version3;
        if (request.ServiceOrder is { } order)
        {
            CheckServices(order, isVersion3, violations, unprocessable);
            CheckItems(order, violations);
        }
        return violations.Count > 0 ? throw ApiErrors.RequestInvalid([.. violations, .. unprocessable])
            : unprocessable.Count > 0 ? throw ApiErrors.OnapOrderUnprocessable(unprocessable)
            : request.ServiceOrder!;
    }

    private static void CheckServices(Nbi.ServiceOrder order, bool isVersion3, List<FieldViolation> violations, List<FieldViolation> unprocessable)
    {
        for (var i = 0; i < order.OrderItem.Count; i++)
        {
            var (item, place) = (order.OrderItem[i], $"service_order.order_item[{i}].service");
            // That it is missing is told already.
            if (item.Service is not { } service)
                continue;
            if (service.ServiceSpecification is not { Id.Length: > 0 })
                Miss($"{place}.service_specification.id", ErrorReason.SpecificationIdMissing, "Is required.");
            if (item.HasAction && item.Action != Nbi.OrderItemAction.Add && service.Id.Length == 0)
                Miss($"{place}.id", ErrorReason.ServiceIdMissing, "Is required unless a service is added.");
            if (!isVersion3 && service.HasServiceState && OrderToNbi.StateOf(service.ServiceState) is null)
                violations.Add(Violation($"{place}.service_state", ErrorReason.FieldInvalid, $"'{service.ServiceState}' is none of active, inactive."));
        }

        void Miss(string field, ErrorReason reason, string message)
        {
            if (isVersion3)
                unprocessable.Add(Violation(field, reason, message));
            else
                violations.Add(Violation(field, ErrorReason.FieldMissing, message));
        }
    }

    /// <summary>What holds of the items of every order, in the words of this one.</summary>
    private static void CheckItems(Nbi.ServiceOrder order, List<FieldViolation> violations)
    {
        var found = new List<FieldViolation>();
        ServiceOrderRequests.CheckItems(OrderFromNbi.Order(order, Version4, new HashSet<string>()), "service_order.", found);
        foreach (var violation in found)
            violation.Field = violation.Field.Replace(".order_item.item_id", ".id").Replace("service_order_item", "order_item");
        violations.AddRange(found);
    }
}
