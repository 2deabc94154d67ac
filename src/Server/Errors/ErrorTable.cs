using ServiceOrdering.Errors.V1;
using Tmf.Rest.V1;

namespace ServiceOrdering.Server.Errors;

/// <summary>What the contract says of each reason: the statuses that it travels with, and its name on the wire.</summary>
internal static class ErrorTable
{
    private static readonly Dictionary<ErrorReason, Error> Errors = ErrorReasonReflection.Descriptor.EnumTypes[0].Values
        .Where(value => value.Number != (int)ErrorReason.Unspecified)
        .ToDictionary(value => (ErrorReason)value.Number, value => value.GetOptions().GetExtension(RestExtensions.Error));

    private static readonly Dictionary<ErrorReason, string> Names = ErrorReasonReflection.Descriptor.EnumTypes[0].Values
        .ToDictionary(value => (ErrorReason)value.Number, value => value.Name["ERROR_REASON_".Length..]);

    private static readonly Dictionary<string, ErrorReason> Reasons = Names.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static Error Of(ErrorReason reason) => Errors[reason];

    /// <summary>The reason's name on the wire: without the enum's prefix.</summary>
    public static string NameOf(ErrorReason reason) => Names[reason];

    /// <summary>The reason behind a name on the wire; what is unknown here is an internal error.</summary>
    public static ErrorReason Parse(string name) => Reasons.GetValueOrDefault(name, ErrorReason.Internal);
}
