using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>How long something takes or has taken, and how many there are, as people say it.</summary>
internal static class Ages
{
    /// <summary>The two largest units: 2 d 4 h.</summary>
    public static string Text(TimeSpan age) =>
        age < TimeSpan.FromSeconds(1) ? "now"
        : age < TimeSpan.FromMinutes(1) ? $"{age.Seconds} s"
        : age < TimeSpan.FromHours(1) ? $"{age.Minutes} min"
        : age < TimeSpan.FromDays(1) ? $"{age.Hours} h {age.Minutes} min"
        : $"{Number(age.Days)} d {age.Hours} h";

    /// <summary>How long ago something was.</summary>
    public static string Since(Timestamp? at, TimeProvider time) => at is null ? "–" : Text(time.GetUtcNow() - at.ToDateTimeOffset());

    /// <summary>A number with its thousands apart.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of bytes.</summary>
    public static string Bytes(long bytes)
    {
        var (size, unit) = bytes >= 1L << 30 ? (bytes / (double)(1L << 30), "GiB") : bytes >= 1 << 20 ? (bytes / (double)(1 << 20), "MiB") : (bytes / 1024.0, "KiB");
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {unit}");
    }
}
