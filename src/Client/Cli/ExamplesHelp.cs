using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ServiceOrdering.Cli;

/// <summary>A command whose help ends with examples.</summary>
internal interface IHasExamples
{
    /// <summary>Command lines that work as they stand.</summary>
    IReadOnlyList<string> Examples { get; }
}

/// <summary>The library's help, and after it the command's examples.</summary>
internal sealed class ExamplesHelp(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is IHasExamples command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
            {
                output.WriteLine($"  {example.ReplaceLineEndings($"{Environment.NewLine}  ")}");
            }
        }

        return exitCode;
    }
}
