using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>The options about entity tags: a change is made only to what was read.</summary>
internal static class EntityTag
{
    public static Option<string> IfMatch() => new("--if-match")
    {
        Description = "Only where the entity tag is still this one, as \"get --etag\" shows it. Default: not looked at.",
        HelpName = "ETAG",
    };

    public static Option<bool> Show() => new("--etag") { Description = "Show the entity tag alone: for --if-match." };

    /// <summary>The tag as the server has it: shells take its quotes away.</summary>
    public static string Of(ParseResult arguments, Option<string> ifMatch) => arguments.GetValue(ifMatch) switch
    {
        null or "" => "",
        ['"', ..] or "*" => arguments.GetValue(ifMatch)!,
        ['W', '/', ..] => arguments.GetValue(ifMatch)!,
        var bare => $"\"{bare}\"",
    };
}
