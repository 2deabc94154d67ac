
namespace ServiceOrdering.Json;

/// <summary>A member of a JSON text that does not fit its message.</summary>
/// <param name="Place">JSON Pointer (RFC 6901) from the root of the text: <c>/note/0/text</c>; empty is the root.</param>
/// <param name="Kind">What kind of violation it is.</param>
/// <param name="Message">What is wrong and what is allowed, for people.</param>
public sealed record JsonViolation(string Place, JsonViolationKind Kind, string Message);

/// <summary>What is wrong with a member.</summary>
public enum JsonViolationKind
{
    /// <summary>The value is of the wrong type or outside what is allowed, or nobody knows the member.</summary>
    Invalid,

    /// <summary>The server alone sets the member, and the sender asked for strict handling.</summary>
    ReadOnly,
}

/// <summary>The place where a text stops being JSON, or being JSON that is accepted here.</summary>
/// <param name="Message">What is wrong, for people; it names line and byte.</param>
/// <param name="Line">Line of the text, from 1.</param>
/// <param name="Byte">Byte within the line, from 1.</param>
/// <param name="Place">JSON Pointer of the last value before it.</param>
public sealed record JsonMalformation(string Message, int Line, int Byte, string Place);

/// <summary>What came of reading a JSON text into a message.</summary>
/// <param name="Malformation">Where the text stops being JSON; null where it is JSON throughout.</param>
/// <param name="Violations">Members that do not fit, in the order of the text; at most 100.</param>
public readonly record struct JsonReadResult(JsonMalformation? Malformation, IReadOnlyList<JsonViolation> Violations)
{
    /// <summary>How many there are beside those.</summary>
    public int MoreViolations { get; init; }

    /// <summary>Whether the whole text was read into the message.</summary>
    public bool Succeeded => Malformation is null && Violations.Count == 0;
}

/// <summary>Whose text is read.</summary>
public enum JsonSource
{
    /// <summary>Text that <see cref="JsonFormat"/> wrote: every field is read.</summary>
    Stored,

    /// <summary>A resource that a client has changed: every field is read, by the rules of a request.</summary>
    Changed,

    /// <summary>A request body: fields that cannot be set at creation (<see cref="FieldRules"/>) are skipped unread.</summary>
    Request,

    /// <summary>A request body whose sender asked for strict handling: fields that only the server sets, and members that are not known, are violations.</summary>
    StrictRequest,

    /// <summary>
    /// A request body in protobuf's own JSON: members and enum values may have their names in the proto, every field is
    /// read, and what is unknown is passed over.
    /// </summary>
    Protobuf,
}
