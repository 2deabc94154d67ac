using System.Reflection;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Jeopardy;
using ServiceOrdering.Server.Secrets;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Admin.Configuration;

/// <summary>What becomes of a key that nobody reads.</summary>
internal enum UnknownKeys
{
    /// <summary>The server starts, and tells of it.</summary>
    Told,

    /// <summary>The server does not start.</summary>
    Refused,

    /// <summary>Others read the section too.</summary>
    OfOthers,
}

/// <summary>A section of the configuration that the server reads.</summary>
/// <param name="Name">Its name; empty for what is in none.</param>
/// <param name="Options">What it is read as.</param>
/// <param name="Unknown">What becomes of keys that it does not have.</param>
internal sealed record SettingsSection(string Name, Type Options, UnknownKeys Unknown = UnknownKeys.Told)
{
    /// <summary>All that there are, in the order in which they are shown.</summary>
    public static IReadOnlyList<SettingsSection> All { get; } =
    [
        new("", typeof(ServerOptions), UnknownKeys.OfOthers),
        new("Storage", typeof(StorageOptions)),
        new("Kestrel", typeof(KestrelSettings), UnknownKeys.OfOthers),
        new("ForwardedHeaders", typeof(ProxyOptions)),
        new("Security", typeof(SecurityOptions)),
        new("Limits", typeof(LimitsOptions)),
        new("Secrets", typeof(SecretsOptions)),
        new("Checking", typeof(CheckingOptions)),
        new("Catalog", typeof(CatalogOptions)),
        new("Fulfillment", typeof(FulfillmentOptions)),
        new("Cancellation", typeof(CancellationOptions)),
        new("Jeopardy", typeof(JeopardyOptions)),
        new("Events", typeof(EventsOptions)),
        new("Webhooks", typeof(WebhookOptions)),
        new("Inventory", typeof(InventoryOptions)),
        new("Onap", typeof(TargetOptions)),
        new("Query", typeof(QueryOptions)),
        new("Answers", typeof(AnswerOptions)),
        new("Compression", typeof(CompressionSettings)),
        new("Cors", typeof(CorsOptions)),
        new("GrpcWeb", typeof(GrpcWebSettings)),
        new("Console", typeof(ConsoleOptions)),
        new("Errors", typeof(ErrorOptions)),
        new("OpenApi", typeof(OpenApiSettings)),
        new("Shutdown", typeof(ShutdownOptions)),
        new("Telemetry", typeof(TelemetryOptions), UnknownKeys.Refused),
        new("Logging", typeof(LoggingSettings), UnknownKeys.OfOthers),
    ];

    /// <summary>Its keys, those of sections within it among them. A list has <c>0</c> in its key's place, and what is named by the operator <c>NAME</c>.</summary>
    public IEnumerable<SettingKey> Keys => KeysOf(Name, Options, Activator.CreateInstance(Options));

    /// <summary>The members that are keys: what follows from others is none.</summary>
    public static IEnumerable<PropertyInfo> MembersOf(Type options) => options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(member => member.CanWrite);

    /// <summary>Whether a type is one value, and no list or section.</summary>
    public static bool IsOne(Type type) => type == typeof(string) || type.IsValueType;

    /// <summary>The type of the values of what is named by the operator; null where it is nothing such.</summary>
    public static Type? NamedValueOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;

    private static IEnumerable<SettingKey> KeysOf(string path, Type options, object? instance) => MembersOf(options)
        .SelectMany(member => KeysOf(path.Length == 0 ? member.Name : $"{path}:{member.Name}", member.PropertyType, member, instance is null ? null : member.GetValue(instance)));

    private static IEnumerable<SettingKey> KeysOf(string path, Type type, PropertyInfo member, object? value) =>
        IsOne(type) ? [new SettingKey(path, type, member, value)]
        : type.IsArray ? KeysOf($"{path}:0", type.GetElementType()!, member, null)
        : NamedValueOf(type) is { } named ? KeysOf($"{path}:NAME", named, member, null)
        : KeysOf(path, type, value ?? Activator.CreateInstance(type));
}

/// <summary>A key.</summary>
/// <param name="Path">How it is written.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Member">Where it is read into.</param>
/// <param name="Default">What holds without it; null for nothing.</param>
internal sealed record SettingKey(string Path, Type Type, PropertyInfo Member, object? Default);
