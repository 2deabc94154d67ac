namespace ServiceOrdering.Server.Errors;

internal static class ErrorsModule
{
    public static IServiceCollection AddErrors(this IServiceCollection services) => services.AddSingleton<ErrorLogLimit>().AddSingleton<ErrorInterceptor>().AddSingleton<RequestTextInterceptor>();
}
