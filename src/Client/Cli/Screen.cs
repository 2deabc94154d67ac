using System.CommandLine;
using Google.Protobuf;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ServiceOrdering.Cli;

/// <summary>Where a command shows its results, and how.</summary>
internal sealed class Screen
{
    // Wider than any table, so that what another program reads is never broken into lines.
    private const int UnlimitedWidth = 10_000;

    private readonly TextWriter _output;
    private readonly bool _isTerminal;

    private Screen(TextWriter output, TextWriter errors, bool isTerminal, bool isJson)
    {
        _output = output;
        Errors = errors;
        _isTerminal = isTerminal;
        IsJson = isJson;
    }

    /// <summary>Takes what is no result: failures and remarks.</summary>
    public TextWriter Errors { get; }

    /// <summary>Whether results are JSON; otherwise they are tables.</summary>
    public bool IsJson { get; }

    public static Screen For(ParseResult arguments)
    {
        var streams = arguments.InvocationConfiguration;
        var isTerminal = streams.Output == Console.Out && !Console.IsOutputRedirected;
        var isJson = arguments.GetValue(GlobalOptions.Output) is { } chosen ? chosen == "json" : !isTerminal;
        return new Screen(streams.Output, streams.Error, isTerminal, isJson);
    }

    /// <summary>Writes a resource as the REST API has it.</summary>
    public void WriteJson(IMessage resource) => _output.WriteLine(TmfJson.Write(resource, indented: _isTerminal));

    /// <summary>Writes resources as they arrive, as one JSON array.</summary>
    public async Task WriteJsonArrayAsync<T>(IAsyncEnumerable<T> resources)
        where T : IMessage
    {
        var separator = "[";
        await foreach (var resource in resources)
        {
            _output.WriteLine(separator);
            _output.Write(TmfJson.Write(resource, indented: _isTerminal));
            separator = ",";
        }

        _output.WriteLine(separator == "[" ? "[]" : $"{Environment.NewLine}]");
    }

    public void WriteLine(string line) => _output.WriteLine(line);

    /// <summary>Writes a table, a text; in colours only on a terminal.</summary>
    public void Write(IRenderable content)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_output),
            Ansi = _isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = _isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!_isTerminal)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        console.Write(content);
    }
}
