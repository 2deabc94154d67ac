using System.CommandLine;
using System.Reflection;

namespace ServiceOrdering.Cli.Shells;

/// <summary>service-ordering completion bash|zsh|fish</summary>
internal sealed class CompletionCommand : Command, IHasExamples
{
    private readonly Argument<string> _shell = new Argument<string>("SHELL") { Description = "The shell." }.AcceptOnlyFromAmong("bash", "zsh", "fish");

    public CompletionCommand()
        : base("completion", "Show a script that has the shell complete commands, options and values with Tab; the shell asks this program for them.")
    {
        Add(_shell);
        SetAction(arguments => arguments.InvocationConfiguration.Output.Write(Script(arguments.GetRequiredValue(_shell))));
    }

    public IReadOnlyList<string> Examples =>
    [
        "source <(service-ordering completion bash)   # in ~/.bashrc",
        "service-ordering completion zsh > ~/.zfunc/_service-ordering    # with fpath+=~/.zfunc before compinit in ~/.zshrc",
        "service-ordering completion fish > ~/.config/fish/completions/service-ordering.fish",
    ];

    private static string Script(string shell)
    {
        using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream($"completion.{shell}")!;
        using var reader = new StreamReader(script);
        return reader.ReadToEnd();
    }
}
