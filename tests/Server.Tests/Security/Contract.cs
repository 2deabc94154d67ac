using System.Reflection;
using Google.Protobuf.Reflection;
using ServiceOrdering.Security.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>What the contract says of access.</summary>
internal static class Contract
{
    /// <summary>Every method of the contract.</summary>
    public static IReadOnlyList<MethodDescriptor> Methods { get; } =
    [
        .. typeof(ServiceOrder).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(FileDescriptor))
            .SelectMany(property => ((FileDescriptor)property!.GetValue(null)!).Services)
            .SelectMany(service => service.Methods),
    ];

    /// <summary>What each says; null where it says nothing.</summary>
    public static Access? AccessOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(AccessExtensions.Access);

    /// <summary>The scope of each method, by its path in gRPC.</summary>
    public static IReadOnlyDictionary<string, string?> Scopes { get; } =
        Methods.ToDictionary(method => $"/{method.Service.FullName}/{method.Name}", method => AccessOf(method)?.Scope);
}
