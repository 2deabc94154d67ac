using Tmf.Common.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>Shows an order of the model in the dialect of ONAP's NBI. Pure and total: whatever an order holds reads as the nearest thing.</summary>
internal static class OrderToNbi
{
    /// <summary>The service of an item.</summary>
    public static global::Onap.Nbi.V4.Service Service(ServiceRefOrValue service) => throw new NotImplementedException();
}
