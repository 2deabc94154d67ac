using System.CommandLine;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Tmf.Common.V4;

namespace ServiceOrdering.Cli;

/// <summary>The option that gives characteristics to a service.</summary>
internal static class CharacteristicOption
{
    public static Option<Characteristic[]> Create(string description) => new("--set")
    {
        Description = $"{description} VALUE is JSON, or a text where it is none; may be given several times. Default: none.",
        HelpName = "NAME=VALUE",
        CustomParser = result =>
        {
            var read = new List<Characteristic>();
            foreach (var token in result.Tokens)
            {
                if (token.Value.Split('=', 2) is [{ Length: > 0 } name, var value])
                {
                    read.Add(new Characteristic { Name = name, Value = Read(value) });
                }
                else
                {
                    result.AddError($"--set takes NAME=VALUE, not '{token.Value}'.");
                }
            }

            return [.. read];
        },
    };

    private static Value Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Value.Parser.ParseJson(text);
        }
        catch (JsonException)
        {
            return Value.ForString(text);
        }
    }
}
