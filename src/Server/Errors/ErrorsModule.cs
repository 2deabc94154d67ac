namespace ServiceOrdering.Server.Errors;

internal static class ErrorsModule
{
    public static IServiceCollection AddErrors(this IServiceCollection services) => services
        .AddSingleton<ErrorLogLimit>().AddSingleton<LoggerFactory>().AddSingleton<ILoggerFactory, LimitedLog>()
        .AddSingleton<ErrorInterceptor>().AddSingleton<RequestTextInterceptor>();
}
