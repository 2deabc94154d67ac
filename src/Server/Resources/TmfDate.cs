using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Server.Resources;

/// <summary>Dates as TM Forum's APIs write them: UTC, to the millisecond.</summary>
internal static class TmfDate
{
    /// <summary>The instant, cut to milliseconds.</summary>
    public static Timestamp Of(DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMillisecond)));

    /// <summary>The instant as JSON has it.</summary>
    public static string Text(Timestamp instant) => instant.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>The instant that <see cref="Text"/> wrote; null for null.</summary>
    public static Timestamp? Parse(string? text) =>
        text is null ? null : Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    public static Timestamp Now(this TimeProvider time) => Of(time.GetUtcNow());
}
