namespace ServiceOrdering.Server;

/// <summary>A section of the configuration that says itself which values it takes, beyond what their types say.</summary>
internal interface ISettings
{
    /// <summary>All that is wrong with the values, each with its key and what is allowed.</summary>
    IEnumerable<string> Problems();
}
