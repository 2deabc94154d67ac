using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ServiceOrdering.Server.Admin.Configuration;

namespace ServiceOrdering.Server.WebConsole.Installation;

/// <summary>A setting in effect.</summary>
/// <param name="Key">Its key, as configuration has it.</param>
/// <param name="Value">Its value, as far as it may be shown.</param>
/// <param name="IsSet">Whether somebody has set it; else it is the default.</param>
internal sealed record Setting(string Key, string Value, bool IsSet);

/// <summary>
/// The configuration in effect, for people to see: of the sections that are the server's own, with secrets masked. The environment has more,
/// of which nothing is shown.
/// </summary>
internal static partial class Settings
{
    public const string Mask = "••••••";

    private const int MostOfOne = 50;

    // What of a connection string says where it leads; anything else may be a secret.
    private static readonly HashSet<string> Shown = new(StringComparer.OrdinalIgnoreCase)
    {
        "data source", "datasource", "filename", "mode", "cache", "foreign keys", "default timeout", "pooling",
        "host", "server", "port", "database", "username", "user id", "user name", "application name", "ssl mode", "maximum pool size", "minimum pool size", "timeout", "command timeout", "keepalive", "search path",
    };

    /// <param name="configuration">The configuration.</param>
    public static IReadOnlyList<Setting> Of(IConfiguration configuration)
    {
        var settings = new SortedDictionary<string, Setting>(StringComparer.OrdinalIgnoreCase);
        foreach (var section in SettingsSection.All)
        {
            var values = section.Name.Length == 0 ? configuration : configuration.GetSection(section.Name);
            Add(section.Name, values.Get(section.Options) ?? Activator.CreateInstance(section.Options));
            // What the framework has there beside; around the sections it has the environment.
            if (section.Name.Length == 0)
                continue;
            foreach (var (path, value) in values.AsEnumerable().Where(pair => pair.Value is { Length: > 0 }))
                settings.TryAdd(path, new Setting(path, Masked(path, value!), IsSet: true));
        }
        return [.. settings.Values];

        void Add(string path, object? value)
        {
            if (value is null)
                settings[path] = new Setting(path, "", IsSet: false);
            else if (Text(value) is { } text)
                settings[path] = new Setting(path, Masked(path, text), configuration.GetSection(path).Value is not null);
            else if (value is IDictionary entries)
                AddEach(entries.Keys.Cast<object>().Select(key => ($"{path}:{key}", entries[key])));
            else if (value is IEnumerable list)
                AddEach(list.Cast<object?>().Select((each, i) => ($"{path}:{i}", each)));
            else if (value.GetType().Assembly == typeof(Settings).Assembly)
                AddEach(value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property is { CanRead: true, CanWrite: true }).Select(property => (path.Length == 0 ? property.Name : $"{path}:{property.Name}", property.GetValue(value))));
        }

        void AddEach(IEnumerable<(string Path, object? Value)> members)
        {
            foreach (var (path, value) in members.Take(MostOfOne))
                Add(path, value);
        }
    }

    /// <summary>A value without what nobody is to see.</summary>
    public static string Masked(string key, string value)
    {
        var name = key.Split(':').LastOrDefault(part => !part.All(char.IsAsciiDigit)) ?? key;
        if (value.Length == 0 || bool.TryParse(value, out _))
            return value;
        if (name.Contains("ConnectionString", StringComparison.OrdinalIgnoreCase))
            return OfConnection(value);
        if (Secret().IsMatch(name))
            return Mask;
        if (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme != Uri.UriSchemeFile && (uri.UserInfo.Length > 0 || uri.Query.Length > 0))
            return $"{uri.Scheme}://{(uri.UserInfo.Length > 0 ? Mask + "@" : "")}{uri.Authority}{uri.AbsolutePath}{(uri.Query.Length > 0 ? "?" + Mask : "")}";
        return value;
    }

    private static string OfConnection(string value)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = value };
            return string.Join(';', parts.Keys.Cast<string>().Select(name => $"{name}={(Shown.Contains(name) ? Convert.ToString(parts[name], CultureInfo.InvariantCulture) : Mask)}"));
        }
        catch (ArgumentException)
        {
            return Mask;
        }
    }

    private static string? Text(object value) => value switch
    {
        string text => text,
        Uri uri => uri.OriginalString,
        bool flag => flag ? "true" : "false",
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    [GeneratedRegex("password|passphrase|passwd|pwd|secret|token|credential|headers|keys?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
