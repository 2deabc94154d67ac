using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Dates as TM Forum's APIs write them: UTC, to the millisecond.</summary>
internal static class TmfDate
{
    /// <summary>The instant, cut to milliseconds.</summary>
    public static Timestamp Of(DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMillisecond)));

    public static Timestamp Now(this TimeProvider time) => Of(time.GetUtcNow());
}
