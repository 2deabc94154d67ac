using System.Diagnostics;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>JSON as YAML: read by another program, it is the same.</summary>
public sealed class YamlTests
{
    private const string Reader = """
        import { createRequire } from 'node:module';
        const yaml = createRequire(process.argv[1] + '/')('yaml');
        let text = '';
        for await (const part of process.stdin) text += part;
        console.log(JSON.stringify(['1.1', '1.2'].map(version => yaml.parse(text, { version }))));
        """;

    // What readers take for something else, or cannot read, where it stands bare.
    private static readonly string[] Texts =
    [
        "", " ", "a", "true", "True", "yes", "NO", "on", "off", "y", "n", "null", "~", "Null", "1", "-1", "1.5", "1e3", ".inf", ".NaN", "0x1F", "0o17", "017", "1_000", "12:30:45", "2026-01-15", "2026-01-15T08:00:00Z",
        "=", "<<", "- a", "-", "?", ": a", "a: b", "a:", "a #b", "#a", "a #", "[a]", "{a}", "{}", "[]", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "'a'", "\"a\"", "a\\b", "a\nb", "\na\n", "a\tb", "\ta", " a", "a ", "\u0000", "\u001b[31m",
        "\u0085", "\u00a0", "\u2028", "\ufeff", "光", "😀", "a  b", "a,b", "a - b", "Customer is on site.", "application/json", "---", "...", "e\u0301", "a/b@c", "0", "+1", "1,5", "a?b", "x=y",
    ];

    [Fact]
    public async Task Another_program_reads_the_same_by_both_versions_of_yaml()
    {
        var members = new JsonObject();
        foreach (var (text, index) in Texts.Select((text, index) => (text, index)))
        {
            members[text] = text;
            members[$"list {index}"] = new JsonArray(text, new JsonObject { [text] = text, ["empty"] = new JsonObject() }, new JsonArray(new JsonArray(1, text), new JsonArray()));
        }

        var json = new JsonObject
        {
            ["texts"] = members,
            ["numbers"] = new JsonArray(0, -1, 1.5, 1e100, JsonNode.Parse("1e5"), JsonNode.Parse("-2.5E-7"), JsonNode.Parse("3E+2"), long.MaxValue / 2048),
            ["others"] = new JsonArray(true, false, null, new JsonArray(), new JsonObject()),
        };
        using var yaml = new StringWriter();
        Yaml.Write(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), yaml);

        var read = JsonNode.Parse(await ReadAsync(yaml.ToString()))!.AsArray();

        Assert.All(read, version => Assert.True(JsonNode.DeepEquals(json, version), $"{yaml}\n{version}"));
    }

    [Fact]
    public void Blocks_look_as_people_write_them()
    {
        using var yaml = new StringWriter();
        Yaml.Write("""{"id":"1","state":"held","note":[{"text":"a: b"},{"text":"c"}],"tags":["x"],"none":[],"@type":"ServiceOrder"}"""u8.ToArray(), yaml);

        Assert.Equal(
            """
            id: "1"
            state: held
            note:
              - text: "a: b"
              - text: c
            tags:
              - x
            none: []
            "@type": ServiceOrder

            """,
            yaml.ToString());
    }

    private static async Task<string> ReadAsync(string yaml)
    {
        var tools = Repository.PathOf("tests", "tools", "node_modules");
        Assert.SkipUnless(Directory.Exists(tools), "tests/tools is not installed: npm ci --prefix tests/tools");
        var start = new ProcessStartInfo("node", ["--input-type=module", "-e", Reader, tools]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Tool.Start(start);
        Assert.SkipWhen(node is null, "node is not installed.");
        await node.StandardInput.WriteAsync(yaml);
        node.StandardInput.Close();
        var (output, errors) = await Tool.OutputAsync(node);
        Assert.True(output.Length > 0, errors);
        return output;
    }
}
