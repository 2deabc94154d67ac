namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Which service specifications can be ordered: the configuration section <c>Catalog</c>. Default: any.</summary>
internal sealed record CatalogOptions : ISettings
{
    /// <summary>A file with a JSON array of the specifications: their ids, or objects that have an <c>id</c>. Read again when it changes.</summary>
    public string? File { get; init; }

    /// <summary>Base URL of a service catalog (TMF633), such as <c>https://catalog.example/tmf-api/serviceCatalogManagement/v4</c>.</summary>
    public string? Url { get; init; }

    /// <summary>How long the catalog may take to answer. From 0.1 seconds to a minute. Default: 5 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long an answer of the catalog holds. Default: 1 minute.</summary>
    public TimeSpan CachedFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (File is not null && Url is not null)
            yield return "Catalog:File and Catalog:Url exclude each other.";
        if (File is not null && !System.IO.File.Exists(File))
            yield return $"Catalog:File '{File}' is not there.";
        if (Url is not null && !(Uri.TryCreate(Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return $"Catalog:Url '{Url}' is no absolute http or https address.";
        if (Timeout < TimeSpan.FromSeconds(0.1) || Timeout > TimeSpan.FromMinutes(1))
            yield return "Catalog:Timeout must be from 00:00:00.1 to 00:01:00, such as 00:00:05.";
        if (CachedFor < TimeSpan.Zero)
            yield return "Catalog:CachedFor must not be negative, such as 00:01:00.";
    }
}
