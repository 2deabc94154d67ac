using Google.Protobuf.Reflection;
using ServiceOrdering.Json;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli;

/// <summary>Shows the path of a field as it stands in the JSON that a person wrote.</summary>
internal static class FieldPath
{
    private const string Patch = "patch";

    /// <summary>Request fields that are the JSON document itself.</summary>
    private static readonly Dictionary<string, MessageDescriptor> Documents = new()
    {
        ["service_order"] = ServiceOrder.Descriptor,
        ["cancel_service_order"] = CancelServiceOrder.Descriptor,
        ["service"] = Service.Descriptor,
    };

    /// <summary>
    /// <c>service_order.service_order_item[0].action</c> becomes <c>/serviceOrderItem/0/action</c>; a path outside a
    /// document, such as <c>limit</c>, stays. Of a patch the server gives a pointer already: <c>patch/state</c>.
    /// </summary>
    public static string ToJsonPointer(string path)
    {
        if (path == Patch || path.StartsWith(Patch + "/", StringComparison.Ordinal))
        {
            return path.Length > Patch.Length ? path[Patch.Length..] : "/";
        }

        var end = path.IndexOf('.');
        return end >= 0 && Documents.TryGetValue(path[..end], out var message) ? FieldPointer.Of(message, path[(end + 1)..])
            : Documents.ContainsKey(path) ? "/"
            : path;
    }
}
