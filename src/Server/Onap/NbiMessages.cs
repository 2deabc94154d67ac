using System.Collections.Frozen;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// The messages of ONAP's NBI about an order and its items, made of what the order says of errors: at most one of each code for
/// the order, and for an item. Pure.
/// </summary>
internal static class NbiMessages
{
    private const string ServiceId = "service.id";

    // What whoever works an item may say, with ONAP's own codes among it; and what the checks and the queue of work say.
    private static readonly FrozenDictionary<string, string> Codes = new Dictionary<string, string>
    {
        [ErrorTable.NameOf(ErrorReason.SpecificationUnknown)] = "102",
        [ErrorTable.NameOf(ErrorReason.ServiceKnown)] = "103",
        [ErrorTable.NameOf(ErrorReason.CustomerUnknown)] = "104",
        ["serviceExists"] = "105",
        [ErrorTable.NameOf(ErrorReason.ServiceUnknown)] = "106",
        [ErrorTable.NameOf(ErrorReason.CatalogUnavailable)] = "500",
        ["workTimeout"] = "504",
        ["leaseLost"] = "504",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Fields = new Dictionary<string, string>
    {
        ["101"] = ServiceId,
        ["102"] = "service.serviceSpecification.id",
        ["103"] = ServiceId,
        ["104"] = "relatedParty.id",
        ["105"] = "service.name",
        ["106"] = ServiceId,
    }.ToFrozenDictionary();

    // They are about the systems behind the NBI, not about one item.
    private static readonly FrozenDictionary<string, string> OfOrders = new Dictionary<string, string>
    {
        ["500"] = "Problem with SDC API",
        ["501"] = "Problem with AAI API",
        ["502"] = "Problem with SO API",
    }.ToFrozenDictionary();

    /// <summary>What went wrong with an order as a whole.</summary>
    public static IEnumerable<Nbi.OrderMessage> Of(ServiceOrder order) =>
        order.ErrorMessage.Where(message => message.ServiceOrderItem.Count == 0).Select(message => (Code: CodeOf(message.Code), message.Message))
            .Concat(ServiceOrders.ServiceOrderItems.All(order, "").SelectMany(placed => placed.Item.ErrorMessage)
                .Select(message => (Code: CodeOf(message.Code), message.Message)).Where(told => OfOrders.ContainsKey(told.Code)))
            .DistinctBy(told => told.Code)
            .Select(told => Message(told.Code, told.Message));

    /// <summary>What went wrong with an item.</summary>
    public static IEnumerable<Nbi.OrderMessage> Of(ServiceOrderItem item) => item.ErrorMessage
        .Select(message => (Code: CodeOf(message.Code, item), message.Message))
        .Where(told => !OfOrders.ContainsKey(told.Code))
        .DistinctBy(told => told.Code)
        .Select(told => Message(told.Code, told.Message));

    private static string CodeOf(string code, ServiceOrderItem? item = null) => Codes.GetValueOrDefault(code, code) switch
    {
        "106" when item is { Action: not OrderItemAction.Add, Service: not { HasId: true } } => "101",
        var other => other,
    };

    private static Nbi.OrderMessage Message(string code, string text)
    {
        var message = new Nbi.OrderMessage
        {
            Code = code,
            MessageInformation = OfOrders.GetValueOrDefault(code, text),
            Severity = Nbi.MessageSeverity.Error,
            // Who ordered it wrongly has to order it anew; what stood still, or was not there, is no fault of his.
            CorrectionRequired = Fields.ContainsKey(code),
        };
        if (Fields.GetValueOrDefault(code) is { } field)
            message.Field = field;
        return message;
    }
}
