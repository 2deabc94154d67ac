using System.Text;
using Google.Protobuf.Reflection;
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

        var names = path.Split('.');
        if (!Documents.TryGetValue(names[0], out var message))
        {
            return path;
        }

        var pointer = new StringBuilder();
        foreach (var name in names.Skip(1))
        {
            var parts = name.Split('[', ']');
            var field = message?.FindFieldByName(parts[0]);
            pointer.Append('/').Append(field?.JsonName ?? parts[0]);
            pointer.AppendJoin("", parts.Skip(1).Where(part => part.Length > 0).Select(index => $"/{index}"));
            message = field?.FieldType == FieldType.Message ? field.MessageType : null;
        }

        return pointer.Length > 0 ? pointer.ToString() : "/";
    }
}
