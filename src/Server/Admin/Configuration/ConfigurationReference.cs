using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ServiceOrdering.Server.Admin.Configuration;

/// <summary>Tells of each key what it is: from the types that the configuration is read into, and what is said of them in the source.</summary>
internal sealed partial class ConfigurationReference
{
    private const string Head =
        """
        # Configuration

        Made by `ServiceOrdering.Server admin configuration` from the server's own options: change it there.

        A key is given, the last one counting, in `appsettings.json` in the working directory (`{ "Storage": { "Patience": "00:00:30" } }`), as an
        environment variable with two underscores for each colon (`Storage__Patience=00:00:30`), or as an argument (`--Storage:Patience=00:00:30`).
        Letters are upper or lower case. Of a list each value has a key with its number, from `0` on; `NAME` is a name that you choose.

        - **Durations** are `[days.]hours:minutes:seconds[.fraction]`: `00:00:30`, `30.00:00:00` (30 days). A number alone is days.
        - **A value that cannot be used** keeps the server from starting: exit code 1, and one line that tells all such values, each with what is allowed.
        - **A key that nobody reads** is told in the log when the server starts, with the name that was probably meant; in `Telemetry` it keeps the server from starting.
        - The configuration is read once, at the start. Files that it names, of certificates and keys, are followed.

        Beside these keys counts what ASP.NET has in the sections `Kestrel` and `Logging`, of which the most used keys stand here, and
        OpenTelemetry's environment variables ([telemetry.md](telemetry.md)): `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_PROTOCOL`,
        `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_CERTIFICATE`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`. `PGPASSWORD` and a passfile hold the password of PostgreSQL.
        Settings of ASP.NET's host (`contentRoot`, `environment`, `urls` with `PreferHostingUrls`) are as everywhere.

        """;

    private readonly Dictionary<string, string> _texts;

    /// <exception cref="FileNotFoundException">The documentation file of the server is not beside it.</exception>
    public ConfigurationReference()
    {
        var file = Path.ChangeExtension(typeof(ConfigurationReference).Assembly.Location, ".xml");
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file} is not there, which has the texts; docs/configuration.md has them too.");
        _texts = XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Markdown(member.Element("summary")!));
    }

    /// <summary>All of it, as Markdown.</summary>
    public string Write()
    {
        var output = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var section in SettingsSection.All)
        {
            output.Append('\n').Append("## ").Append(section.Name.Length == 0 ? "Without a section" : section.Name).Append("\n\n");
            output.Append(Of(section.Options)).Append("\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
            foreach (var key in section.Keys)
                output.Append("| `").Append(key.Path).Append("` | ").Append(SettingValue.NameOf(key.Type)).Append(" | ").Append(DefaultOf(key)).Append(" | ").Append(MeaningOf(key)).Append(" |\n");
        }
        return output.ToString();
    }

    private static string DefaultOf(SettingKey key) => key.Default is null or "" ? "" : $"`{SettingValue.Text(key.Default)}`";

    // Of a list of sections, or of what has names, the section's own member says what it is for; its values say the rest.
    private string MeaningOf(SettingKey key)
    {
        var text = Of(key.Member);
        var type = Nullable.GetUnderlyingType(key.Type) ?? key.Type;
        if (!type.IsEnum)
            return text;
        var values = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(value => (value.Name, Text: _texts.GetValueOrDefault($"F:{type.FullName}.{value.Name}")));
        return $"{text} Allowed: {string.Join("; ", values.Select(value => value.Text is null ? $"`{value.Name}`" : $"`{value.Name}`, {char.ToLowerInvariant(value.Text[0])}{value.Text[1..].TrimEnd('.')}"))}.";
    }

    private string Of(MemberInfo member) => _texts.GetValueOrDefault(member is Type type ? $"T:{type.FullName}" : $"P:{member.DeclaringType!.FullName}.{member.Name}")
        ?? throw new InvalidOperationException($"{member.DeclaringType?.Name}.{member.Name} says nothing of what it is.");

    private static string Markdown(XElement summary) => Blanks().Replace(string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")?.Value.Split('.')[^1] ?? see.Value}`",
        XText text => text.Value,
        _ => node.ToString(),
    })), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
