namespace Grpc.Core;

/// <summary>The version of the published API that this assembly follows.</summary>
public static class VersionInfo
{
    /// <summary>The assembly version, which stays the same as long as the API only grows.</summary>
    public const string CurrentAssemblyVersion = "2.0.0.0";

    /// <summary>The version in the assembly's file properties.</summary>
    public const string CurrentAssemblyFileVersion = "2.85.0.0";

    /// <summary>The version of the package.</summary>
    public const string CurrentVersion = "2.85.0";
}
