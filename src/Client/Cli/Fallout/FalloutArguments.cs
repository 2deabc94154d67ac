using System.CommandLine;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>Arguments and options that several fallout commands have.</summary>
internal static class FalloutArguments
{
    public const string ExampleId = "019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33";

    public static Argument<string> Id() => new("ID") { Description = "Id of the fallout." };

    public static Option<string> Actor() => new("--actor") { Description = "Who decides, for people. Default: the caller.", HelpName = "NAME" };

    public static Option<string> Note() => new("--note") { Description = "Why, for people; becomes a note of the order.", HelpName = "TEXT" };
}
