using System.CommandLine;
using Google.Protobuf;
using ServiceOrdering.Cli.Config;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ServiceOrdering.Cli;

/// <summary>What results are written as.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One JSON document.</summary>
    Json,

    /// <summary>A line of JSON for each resource.</summary>
    JsonLines,

    /// <summary>One YAML document; of a stream one for each message.</summary>
    Yaml,
}

/// <summary>Where a command shows its results, and how.</summary>
internal sealed class Screen
{
    // Wider than any line: what is to fit the terminal was made to.
    private const int UnlimitedWidth = 100_000;
    private const int UsualWidth = 80;

    private readonly TextWriter _output;
    private readonly OutputFormat _format;
    private readonly bool _isWide;

    private Screen(ParseResult arguments, OutputFormat? chosen)
    {
        var streams = arguments.InvocationConfiguration;
        _output = streams.Output;
        Errors = streams.Error;
        Command = arguments.CommandResult.Command;
        IsTerminal = streams.Output == System.Console.Out && !System.Console.IsOutputRedirected;
        _format = chosen ?? (IsTerminal ? OutputFormat.Table : OutputFormat.Json);
        _isWide = arguments.GetValue(GlobalOptions.Wide);
        IsChosen = chosen is not null;
    }

    /// <summary>The formats by the names that people choose them by.</summary>
    public static IReadOnlyDictionary<string, OutputFormat> Formats { get; } = new Dictionary<string, OutputFormat>
    {
        ["table"] = OutputFormat.Table,
        ["json"] = OutputFormat.Json,
        ["jsonl"] = OutputFormat.JsonLines,
        ["yaml"] = OutputFormat.Yaml,
    };

    /// <summary>The command that is carried out.</summary>
    public Command Command { get; }

    /// <summary>Takes what is no result: failures and remarks.</summary>
    public TextWriter Errors { get; }

    /// <summary>Whether a person looks on.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether somebody looks at what is no result.</summary>
    public bool IsErrorTerminal => Errors == System.Console.Error && !System.Console.IsErrorRedirected;

    /// <summary>Whether somebody has said how results are to be written.</summary>
    public bool IsChosen { get; }

    /// <summary>Whether results are tables; otherwise they are data.</summary>
    public bool IsTable => _format == OutputFormat.Table;

    /// <summary>How wide lines may be.</summary>
    public int Width => _isWide || !IsTerminal ? UnlimitedWidth : TerminalWidth;

    /// <summary>How wide the terminal is.</summary>
    public static int TerminalWidth
    {
        get
        {
            try
            {
                return System.Console.WindowWidth is > 0 and var width ? width : UsualWidth;
            }
            catch (IOException)
            {
                return UsualWidth;
            }
        }
    }

    /// <summary>The screen of a command.</summary>
    /// <param name="arguments">What was typed.</param>
    /// <param name="context">What the context says how results are written.</param>
    /// <exception cref="ConfigException">It says something else.</exception>
    public static Screen For(ParseResult arguments, Context context)
    {
        var name = arguments.GetValue(GlobalOptions.Output) ?? context.Find(GlobalOptions.Output);
        return name is null ? new Screen(arguments, null)
            : Formats.TryGetValue(name, out var format) ? new Screen(arguments, format)
            : throw new ConfigException($"the context's output is '{name}'; it can be {string.Join(", ", Formats.Keys)}");
    }

    /// <summary>Writes a resource as the REST API has it; JSON is indented only for people.</summary>
    public void WriteData(IMessage resource) => DataWriter.Write(resource, _output, _format, indented: IsTerminal);

    /// <summary>Writes a message of a stream: JSON on one line, for people too.</summary>
    public void WriteMessage(IMessage message)
    {
        if (_format == OutputFormat.Yaml)
        {
            _output.WriteLine("---");
        }

        DataWriter.Write(message, _output, _format, indented: false);
    }

    /// <summary>Writes resources as data, or as a table.</summary>
    public async Task WriteAsync<T>(Columns<T> columns, IAsyncEnumerable<T> resources)
        where T : IMessage
    {
        if (!IsTable)
        {
            await DataWriter.WriteAsync(resources, _output, _format, indented: IsTerminal);
            return;
        }

        var table = columns.Table();
        await foreach (var resource in resources)
        {
            table.AddRow(columns.Row(resource));
        }

        Write(table);
    }

    /// <summary>Writes resources as data.</summary>
    public Task WriteDataAsync<T>(IAsyncEnumerable<T> resources)
        where T : IMessage => DataWriter.WriteAsync(resources, _output, _format, indented: IsTerminal);

    /// <summary>Writes a table as wide as the terminal.</summary>
    public void Write(Table table)
    {
        var (content, isWhole) = table.Fit(Width, _isWide);
        Write(content);
        if (!isWhole)
        {
            WriteLine("Not all fits; --wide shows it.");
        }
    }

    public void WriteLine(string line) => _output.WriteLine(line);

    /// <summary>Writes a text as it is.</summary>
    public Task WriteAsync(ReadOnlyMemory<char> text) => _output.WriteAsync(text);

    /// <summary>Where lines go that tell how far something is: beside its result where that is data.</summary>
    public void WriteProgress(string line) => (IsTable ? _output : Errors).WriteLine(line);

    /// <summary>Writes a text; in colours only on a terminal.</summary>
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
        ColorSystem = IsTerminal && !IsWithoutColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });

    // https://no-color.org
    private static bool IsWithoutColor => Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
}
