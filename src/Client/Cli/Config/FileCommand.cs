using System.CommandLine;

namespace ServiceOrdering.Cli.Config;

/// <summary>A command about the file with the contexts; no server is asked.</summary>
internal abstract class FileCommand : Command, IHasExamples
{
    protected FileCommand(string name, string description)
        : base(name, description)
    {
        SetAction(Run);
    }

    public abstract IReadOnlyList<string> Examples { get; }

    protected abstract void Run(ParseResult arguments, ConfigFile file, Screen screen);

    private int Run(ParseResult arguments)
    {
        var screen = Screen.For(arguments, new Context());
        try
        {
            Run(arguments, new ConfigFile(arguments), screen);
            return ExitCode.Done;
        }
        catch (ConfigException exception)
        {
            screen.Errors.WriteLine($"error: {exception.Message}");
            return ExitCode.NotDone;
        }
    }
}
