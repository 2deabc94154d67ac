using System.CommandLine;
using Google.Protobuf;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ServiceOrdering.Cli;

/// <summary>Where a command shows its results, and how.</summary>
internal sealed class Screen
{
    // Wider than any table: a narrow terminal folds its lines, which hides nothing; a narrow table would.
    private const int UnlimitedWidth = 10_000;

    private readonly TextWriter _output;

    private Screen(TextWriter output, TextWriter errors, bool isTerminal, bool isJson)
    {
        _output = output;
        Errors = errors;
        IsTerminal = isTerminal;
        IsJson = isJson;
    }

    /// <summary>Takes what is no result: failures and remarks.</summary>
    public TextWriter Errors { get; }

    /// <summary>Whether a person looks on.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether results are JSON; otherwise they are tables.</summary>
    public bool IsJson { get; }

    public static Screen For(ParseResult arguments)
    {
        var streams = arguments.InvocationConfiguration;
        var isTerminal = streams.Output == System.Console.Out && !System.Console.IsOutputRedirected;
        var isJson = arguments.GetValue(GlobalOptions.Output) is { } chosen ? chosen == "json" : !isTerminal;
        return new Screen(streams.Output, streams.Error, isTerminal, isJson);
    }

    /// <summary>Writes a resource as the REST API has it; indented only for people.</summary>
    public void WriteJson(IMessage resource) => TmfJson.Write(resource, _output, indented: IsTerminal);

    /// <summary>Writes a message of a stream: one line, for people too.</summary>
    public void WriteJsonLine(IMessage message) => TmfJson.Write(message, _output, indented: false);

    /// <summary>Writes resources as one JSON array.</summary>
    public Task WriteJsonAsync(IAsyncEnumerable<IMessage> resources) =>
        TmfJson.WriteAsync(resources, _output, indented: IsTerminal);

    public void WriteLine(string line) => _output.WriteLine(line);

    /// <summary>Where lines go that tell how far something is: beside its result where that is JSON.</summary>
    public void WriteProgress(string line) => (IsJson ? Errors : _output).WriteLine(line);

    /// <summary>Writes a table, a text; in colours only on a terminal.</summary>
    public void Write(IRenderable content)
    {
        var console = Console();
        console.Profile.Width = UnlimitedWidth;
        console.Write(content);
    }

    /// <summary>Shows something in the place of what was shown before, again and again. For terminals.</summary>
    /// <param name="run">Gets what shows.</param>
    public Task LiveAsync(Func<Action<IRenderable>, Task> run) =>
        Console().Live(new Text("")).StartAsync(context => run(context.UpdateTarget));

    private IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(_output),
        Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });
}
