using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>A real OpenID provider in a process of its own.</summary>
internal sealed class OpenIdProvider : IDisposable
{
    private readonly Process _process;

    private OpenIdProvider(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    /// <summary>Starts it, or skips the test and says why.</summary>
    public static async Task<OpenIdProvider> StartOrSkipAsync()
    {
        var tools = Path.Combine(Here(), "..", "..", "tools");
        Assert.SkipUnless(Directory.Exists(Path.Combine(tools, "node_modules", "oidc-provider")), "tests/tools is not installed: run npm ci there.");
        Process? process = null;
        try
        {
            process = Process.Start(new ProcessStartInfo("node", [Path.Combine(tools, "oidc-provider.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed.");
        }
        // What it warns of, it warns of to nobody.
        process!.BeginErrorReadLine();
        return new OpenIdProvider(process, await process.StandardOutput.ReadLineAsync(Cancel) ?? throw new InvalidOperationException("The provider ended before it listened."));
    }

    /// <summary>Has it do something about its keys.</summary>
    public async Task DoAsync(string what)
    {
        await _process.StandardInput.WriteLineAsync(what.AsMemory(), Cancel);
        Assert.Equal("done", await _process.StandardOutput.ReadLineAsync(Cancel));
    }

    /// <summary>A token by client credentials (RFC 6749, section 4.4).</summary>
    public async Task<string> TokenAsync(HttpClient http, string scope)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "orchestrator",
            ["client_secret"] = "not a secret",
            ["scope"] = scope,
        });
        using var answer = await http.PostAsync(Address + "/token", form, Cancel);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["access_token"]!.GetValue<string>();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
