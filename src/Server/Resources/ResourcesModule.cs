using Google.Protobuf;
using ServiceOrdering.Server.Storage.Integrity;

namespace ServiceOrdering.Server.Resources;

internal static class ResourcesModule
{
    /// <summary>Adds a kind of resource, with its table and the forms that callers see.</summary>
    public static IServiceCollection AddResource<T>(this IServiceCollection services, ResourceKind<T> kind)
        where T : class, IMessage<T>, new() => services
            .AddSingleton(kind)
            .AddSingleton<ResourceTable<T>>()
            .AddSingleton<ResourceView<T>>()
            .AddSingleton<ResourceText<T>>()
            .AddSingleton<ResourceList<T>>()
            .AddSingleton<IIntegrityCheck, ResourceCheck<T>>();
}
