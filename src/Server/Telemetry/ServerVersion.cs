using System.Reflection;

namespace ServiceOrdering.Server.Telemetry;

/// <summary>Which version of the server this is.</summary>
internal static class ServerVersion
{
    /// <summary>Without what it was built from.</summary>
    public static readonly string Text =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
