namespace ServiceOrdering.Server.Storage;

/// <summary>Where orders are kept: the configuration section <c>Storage</c>.</summary>
internal sealed record StorageOptions
{
    /// <summary>The database in use. Allowed: <c>sqlite</c>. Default: <c>sqlite</c>.</summary>
    public string Provider { get; init; } = "sqlite";

    /// <summary>The database's connection string. A relative path is relative to the working directory. Default: <c>Data Source=service-ordering.db</c>.</summary>
    public string ConnectionString { get; init; } = "Data Source=service-ordering.db";
}
