using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Requests that tests start from.</summary>
internal static class Orders
{
    public static CreateServiceOrderRequest Minimal(string? description = null)
    {
        var order = new ServiceOrder
        {
            ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new() } },
        };
        if (description is not null)
        {
            order.Description = description;
        }

        return new CreateServiceOrderRequest { ServiceOrder = order };
    }
}
