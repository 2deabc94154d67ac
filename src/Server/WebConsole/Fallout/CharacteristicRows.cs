using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using Tmf.Common.V4;

namespace ServiceOrdering.Server.WebConsole.Fallout;

/// <summary>Characteristics in a form: rows of a name, a value, and whether that is a text or JSON. A row that was left as it was says nothing.</summary>
internal static class CharacteristicRows
{
    public const string Json = "json";

    /// <summary>What was changed, and what is new.</summary>
    public static List<Characteristic> Read(IFormCollection form)
    {
        var (names, values, kinds, before) = (form["characteristic-name"], form["characteristic-value"], form["characteristic-kind"], form["characteristic-before"]);
        var violations = new List<FieldViolation>();
        var characteristics = new List<Characteristic>();
        for (var i = 0; i < names.Count; i++)
        {
            var name = (names[i] ?? "").Trim();
            var (value, kind) = (i < values.Count ? values[i] ?? "" : "", i < kinds.Count ? kinds[i] : null);
            // Browsers send lines as CR LF.
            value = value.ReplaceLineEndings("\n");
            if ((name.Length == 0 && value.Length == 0) || (i < before.Count && before[i] is { Length: > 0 } was && was == Mark(value, kind)))
                continue;
            if (name.Length == 0)
                violations.Add(RequestFields.Violation("characteristic-name", ErrorReason.FieldMissing, string.Create(CultureInfo.InvariantCulture, $"The characteristic in row {i + 1} has a value and no name.")));
            else
                characteristics.Add(new Characteristic { Name = name, Value = ValueOf(name, value, kind, violations) });
        }
        return violations.Count > 0 ? throw ApiErrors.RequestInvalid(violations) : characteristics;
    }

    /// <summary>What a row was when it was shown, to be compared with what it is when it is sent.</summary>
    public static string Mark(string value, string? kind) => (kind == Json ? "j" : "t") + value.ReplaceLineEndings("\n");

    private static Value ValueOf(string name, string text, string? kind, List<FieldViolation> violations)
    {
        if (kind != Json)
            return Value.ForString(text);
        var value = new Value();
        var read = JsonFormat.Read(Encoding.UTF8.GetBytes(text), value, JsonSource.Request);
        if (!read.Succeeded)
            violations.Add(RequestFields.Violation(name, ErrorReason.FieldInvalid, $"The value is no JSON: {read.Malformation?.Message ?? read.Violations[0].Message}"));
        return value;
    }
}
