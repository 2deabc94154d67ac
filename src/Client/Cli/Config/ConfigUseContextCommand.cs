using System.CommandLine;

namespace ServiceOrdering.Cli.Config;

/// <summary>service-ordering config use-context NAME</summary>
internal sealed class ConfigUseContextCommand : FileCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Name of the context." };

    public ConfigUseContextCommand()
        : base("use-context", "Make a context the one that commands use.")
    {
        _name.CompletionSources.Add(completion => new ConfigFile(completion.ParseResult).Names);
        Add(_name);
    }

    public override IReadOnlyList<string> Examples => ["service-ordering config use-context lab"];

    protected override void Run(ParseResult arguments, ConfigFile file, Screen screen)
    {
        var name = arguments.GetRequiredValue(_name);
        file.Use(name);
        screen.Errors.WriteLine($"commands use context {name}");
    }
}
