using Google.Api;
using Google.Protobuf.Reflection;
using Tmf.Rest.V1;

namespace ServiceOrdering.Json;

/// <summary>What the contract says of a field: whether it must be there, and when clients may set it.</summary>
public static class FieldRules
{
    /// <summary>Whether the field is marked <c>google.api.field_behavior = REQUIRED</c>.</summary>
    public static bool IsRequired(FieldDescriptor field) => Has(field, FieldBehavior.Required);

    /// <summary>The classes of its message in which the field is required: <c>tmf.rest.v1.required_in</c>.</summary>
    public static IReadOnlyList<string> RequiredIn(FieldDescriptor field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.GetOptions()?.GetExtension(RestExtensions.RequiredIn) ?? [];
    }

    /// <summary>Whether clients may set the field in a phase of its resource's life: <c>tmf.rest.v1.settable</c>, else the field's behavior.</summary>
    public static bool IsSettable(FieldDescriptor field, Phase phase)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (field.GetOptions()?.GetExtension(RestExtensions.Settable) is { Count: > 0 } phases)
            return phases.Contains(phase);
        return phase switch
        {
            Phase.Creation => !Has(field, FieldBehavior.OutputOnly),
            Phase.Change => !Has(field, FieldBehavior.OutputOnly) && !Has(field, FieldBehavior.Immutable),
            _ => false,
        };
    }

    /// <summary>How many bytes of UTF-8 the field's text may have: <c>tmf.rest.v1.max_bytes</c>; null where the contract says nothing.</summary>
    public static int? MaxBytes(FieldDescriptor field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.GetOptions()?.GetExtension(RestExtensions.MaxBytes) is > 0 and var bytes ? bytes : null;
    }

    /// <summary>How JSON shows the field where it is absent: <c>tmf.rest.v1.absent</c>, else its message's <c>absent_members</c>.</summary>
    public static Absent AbsentForm(FieldDescriptor field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.GetOptions()?.GetExtension(RestExtensions.Absent) is { } form and not Absent.Unspecified
            ? form
            : field.ContainingType.GetOptions()?.GetExtension(RestExtensions.AbsentMembers) ?? Absent.Unspecified;
    }

    private static bool Has(FieldDescriptor field, FieldBehavior behavior)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(behavior) ?? false;
    }
}
