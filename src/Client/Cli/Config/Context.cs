using System.CommandLine;

namespace ServiceOrdering.Cli.Config;

/// <summary>A server, and who calls it. Members are named as the options are; paths are as seen from the working directory.</summary>
internal sealed record Context
{
    /// <summary>The settings by the name of their option, without dashes in front: <c>server</c>, <c>token-file</c>, …</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    public string? Find(Option<string> option) => Settings.GetValueOrDefault(NameOf(option));

    /// <summary>What was typed, in place of what there was; paths become absolute ones.</summary>
    public Context With(ParseResult arguments)
    {
        var settings = new Dictionary<string, string>(Settings);
        foreach (var option in CredentialOptions.Stored)
        {
            if (arguments.GetResult(option) is { Implicit: false } && arguments.GetValue(option) is { } value)
            {
                settings[NameOf(option)] = option.HelpName == "FILE" ? Path.GetFullPath(value) : value;
            }
        }

        return new Context { Settings = settings };
    }

    private static string NameOf(Option option) => option.Name.TrimStart('-');
}
