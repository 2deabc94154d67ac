using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Cli;

/// <summary>Options that take an instant.</summary>
internal static class DateOption
{
    public static Option<Timestamp?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DATE",
        CustomParser = result =>
        {
            // Without an offset nobody knows when it is.
            if (DateTime.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var date) && date.Kind != DateTimeKind.Unspecified)
            {
                return Timestamp.FromDateTime(date.ToUniversalTime());
            }

            result.AddError($"{name} takes a date with its time and offset, such as 2026-01-15T08:00:00Z, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };
}
