using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Resources;

internal static class ResourcesModule
{
    public static IServiceCollection AddResources(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AnswerOptions>().Bind(configuration.GetSection("Answers")).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<AnswerOptions>, AnswerOptionsValidation>().AddSingleton<AnswerBudget>();
    }

    /// <summary>Adds a kind of resource, with its table and the forms that callers see.</summary>
    public static IServiceCollection AddResource<T>(this IServiceCollection services, ResourceKind<T> kind)
        where T : class, IMessage<T>, new() => services
            .AddSingleton(kind)
            .AddSingleton<ResourceTable<T>>()
            .AddSingleton<ResourceView<T>>()
            .AddSingleton<ResourceText<T>>()
            .AddSingleton<ResourceList<T>>();

    private sealed class AnswerOptionsValidation : IValidateOptions<AnswerOptions>
    {
        public ValidateOptionsResult Validate(string? name, AnswerOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
