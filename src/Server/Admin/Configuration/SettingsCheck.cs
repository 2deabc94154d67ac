using Microsoft.Extensions.Options;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Admin.Configuration;

/// <summary>Looks through the configuration before anything is made of it: all that is wrong is told at once.</summary>
internal static class SettingsCheck
{
    /// <returns>Keys that nobody reads.</returns>
    /// <exception cref="OptionsValidationException">A value cannot be used.</exception>
    public static UnknownSettings Check(IConfiguration configuration)
    {
        var problems = new List<string>();
        var unknown = new List<string>();
        foreach (var section in SettingsSection.All)
        {
            var values = section.Name.Length == 0 ? configuration : configuration.GetSection(section.Name);
            // Nothing is wrong with defaults, and a start has no time to find that out.
            if (!values.GetChildren().Any() && values is not IConfigurationSection { Value.Length: > 0 })
                continue;
            var before = problems.Count;
            if (values is IConfigurationSection { Value.Length: > 0 } own && !own.GetChildren().Any())
                problems.Add(NoSection(own, section.Options));
            CheckMembers(values, section.Options, section.Unknown switch { UnknownKeys.Told => unknown, UnknownKeys.Refused => problems, _ => null }, problems);
            // What has values of other types cannot be read to be asked.
            if (problems.Count == before)
                problems.AddRange(ProblemsOf(values, section.Options));
        }
        unknown.AddRange(NearSections(configuration));
        return problems.Count == 0 ? new UnknownSettings(unknown) : throw new OptionsValidationException("", typeof(SettingsSection), problems);
    }

    private static List<string> ProblemsOf(IConfiguration values, Type options)
    {
        try
        {
            return (values.Get(options) ?? Activator.CreateInstance(options)) is ISettings settings ? [.. settings.Problems()] : [];
        }
        catch (InvalidOperationException e)
        {
            return [e.Message];
        }
    }

    private static void CheckMembers(IConfiguration section, Type options, List<string>? unknown, List<string> problems)
    {
        var members = SettingsSection.MembersOf(options).ToDictionary(member => member.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (members.TryGetValue(child.Key, out var member))
                CheckValue(child, member.PropertyType, unknown, problems);
            else
                unknown?.Add($"{child.Path} is not known{NearName.Hint(child.Key, members.Keys)} Allowed in {((IConfigurationSection)section).Path}: {string.Join(", ", members.Keys)}.");
        }
    }

    private static void CheckValue(IConfigurationSection value, Type type, List<string>? unknown, List<string> problems)
    {
        var children = value.GetChildren().ToList();
        if (SettingsSection.IsOne(type))
        {
            if (children.Count > 0)
                problems.Add($"{value.Path} is one value, and has no {children[0].Path}.");
            else if (value.Value is { } text && SettingValue.Problem(text, type) is { } problem)
                problems.Add($"{value.Path} is '{text}', {problem}");
        }
        else if (children.Count == 0 && value.Value is { Length: > 0 } text)
        {
            problems.Add(
                type.IsArray ? $"{value.Path} is '{text}', and has to be a list: {value.Path}:0={text}"
                : SettingsSection.NamedValueOf(type) is not null ? $"{value.Path} is '{text}', and has to have keys with names: {value.Path}:NAME"
                : NoSection(value, type));
        }
        else if (type.IsArray)
        {
            foreach (var child in children)
                CheckValue(child, type.GetElementType()!, unknown, problems);
        }
        else if (SettingsSection.NamedValueOf(type) is { } named)
        {
            foreach (var child in children)
                CheckValue(child, named, unknown, problems);
        }
        else
        {
            CheckMembers(value, type, unknown, problems);
        }
    }

    private static string NoSection(IConfigurationSection section, Type options) =>
        $"{section.Path} is '{section.Value}', and is a section with the keys {string.Join(", ", SettingsSection.MembersOf(options).Select(member => member.Name))}.";

    // The environment is full of names that are nobody's business; only a section that looks like one of ours may be meant for us.
    private static IEnumerable<string> NearSections(IConfiguration configuration)
    {
        var known = SettingsSection.All.Select(section => section.Name).Where(name => name.Length > 0).ToList();
        return configuration.GetChildren()
            .Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && child.GetChildren().Any())
            .Select(child => NearName.Find(child.Key, known) is { } near ? $"{child.Path} is not known; did you mean '{near}'?" : null)
            .OfType<string>();
    }
}
