namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Whether and when orders are checked and begun: the configuration section <c>Checking</c>.</summary>
internal sealed record CheckingOptions : ISettings
{
    /// <summary>Default: <see cref="CheckingMode.Asynchronous"/>.</summary>
    public CheckingMode Mode { get; init; } = CheckingMode.Asynchronous;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!Enum.IsDefined(Mode))
            yield return $"Checking:Mode is not known. Allowed: {string.Join(", ", Enum.GetNames<CheckingMode>())}.";
    }
}

/// <summary>Who checks an order, and when.</summary>
internal enum CheckingMode
{
    /// <summary>The order is accepted, then checked: it is rejected, or in progress from its requested start on.</summary>
    Asynchronous,

    /// <summary>The same is checked before the answer: what does not pass is a 400 that names each field, and is not stored.</summary>
    Synchronous,

    /// <summary>Nothing is checked, begun or handed out by the server: orders stay acknowledged until callers change their states.</summary>
    Manual,
}
