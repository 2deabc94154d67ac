using System.CommandLine;

namespace ServiceOrdering.Cli.Hub;

/// <summary>Arguments and options that several hub commands have.</summary>
internal static class HubArguments
{
    public const string ExampleId = "019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33";

    public static Argument<string> Id() => new("ID") { Description = "Id of the subscription." };

    public static Option<string> Api(string description) => new Option<string>("--api")
    {
        Description = description,
    }.AcceptOnlyFromAmong("serviceOrdering", "serviceInventory", "nbi");
}
