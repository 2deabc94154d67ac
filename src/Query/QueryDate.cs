using System.Globalization;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Query;

/// <summary>
/// An instant of a query, cut to the millisecond of stored dates. <see cref="Exact"/> is false when the cut lost
/// something: such an instant lies between two stored dates and equals none.
/// </summary>
internal readonly partial record struct QueryDate(string Text, bool Exact)
{
    public const string Allowed =
        "an ISO 8601 date or date and time, such as 2026-01-15, 2026-01-15T08:00:00Z or 2026-01-15T09:00:00.000+01:00";

    /// <summary>Reads a date (midnight UTC) or a date and time; without an offset it is UTC.</summary>
    public static bool TryParse(string text, out QueryDate date)
    {
        date = default;
        var match = Iso().Match(text);
        if (!match.Success)
        {
            return false;
        }

        int Number(string group) => int.TryParse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture, out var n) ? n : 0;
        var (year, month, day) = (Number("year"), Number("month"), Number("day"));
        var (hour, minute, second) = (Number("hour"), Number("minute"), Number("second"));
        var (offsetHour, offsetMinute) = (Number("oh"), Number("om"));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59)
        {
            return false;
        }

        var fraction = match.Groups["fraction"].Value;
        var millisecond = int.Parse(fraction.PadRight(3, '0')[..3], CultureInfo.InvariantCulture);
        var offset = new TimeSpan(offsetHour, offsetMinute, 0) * (match.Groups["sign"].Value == "-" ? -1 : 1);
        var ticks = new DateTime(year, month, day, hour, minute, second, millisecond).Ticks - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        var stored = new DateTime(ticks).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        date = new QueryDate(stored, fraction.Length <= 3 || fraction.AsSpan(3).IndexOfAnyExcept('0') < 0);
        return true;
    }

    // The sign may be a blank: what becomes of an unencoded "+" in a query string.
    [GeneratedRegex(
        """
        \A(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})
        ([Tt\ ](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})([.,](?<fraction>[0-9]+))?)?
        ([Zz]|(?<sign>[-+\ ])(?<oh>[0-9]{2})(:?(?<om>[0-9]{2}))?)?)?\z
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Iso();
}
