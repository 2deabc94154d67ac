using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What <c>deploy</c> holds agrees with the server that it deploys.</summary>
public sealed partial class DeploymentTests : IDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", ".."));
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Probes_of_Kubernetes_ask_for_what_the_server_answers_and_at_its_port()
    {
        using var server = new RunningServer(_database);
        var deployment = Read("kubernetes", "deployment.yaml");
        var probes = Probe().Matches(deployment).ToDictionary(probe => probe.Groups["kind"].Value, probe => (Path: probe.Groups["path"].Value, Port: probe.Groups["port"].Value));

        Assert.Equal(["liveness", "readiness", "startup"], probes.Keys.Order());
        foreach (var (path, port) in probes.Values)
        {
            Assert.Equal("rest", port);
            (await server.GetAsync(path)).Is(HttpStatusCode.OK);
        }
        var ports = Port().Matches(deployment).ToDictionary(port => port.Groups["name"].Value, port => port.Groups["number"].Value);
        var listening = Listening().Matches(Read("kubernetes", "configmap.yaml")).ToDictionary(url => url.Groups["name"].Value.ToLowerInvariant(), url => url.Groups["number"].Value);
        Assert.Equal(ports.OrderBy(port => port.Key), listening.OrderBy(port => port.Key));
    }

    [Theory]
    [InlineData("kubernetes/kustomization.yaml", "newTag: ")]
    [InlineData("container/Containerfile", "service-ordering:")]
    public void Version_is_the_one_of_the_programs(string file, string before)
    {
        var version = Version().Match(File.ReadAllText(Path.Combine(Root, "Directory.Build.props"))).Groups[1].Value;

        Assert.Contains(before + version, Read(file.Split('/')), StringComparison.Ordinal);
        Assert.Matches(@"^# Changelog\s+## " + Regex.Escape(version), File.ReadAllText(Path.Combine(Root, "CHANGELOG.md")));
    }

    [Fact]
    public async Task Service_manager_is_told_when_the_server_is_up_and_when_it_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no such service manager.");
        var address = Path.Combine(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(address));
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            Environment = { ["NOTIFY_SOCKET"] = address },
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "ServiceOrdering.Server.dll"), "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
            },
        };
        foreach (var (key, value) in _database.Settings)
            start.ArgumentList.Add($"--{key}={value}");
        using var process = Process.Start(start)!;
        var log = process.StandardOutput.ReadToEndAsync(Cancel);

        Assert.Equal("READY=1", await HearAsync(manager));
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]))
            await kill.WaitForExitAsync(Cancel);
        Assert.Equal("STOPPING=1", await HearAsync(manager));

        await process.WaitForExitAsync(Cancel);
        File.Delete(address);
        Assert.Contains("Listening on REST", await log, StringComparison.Ordinal);
    }

    private static async Task<string> HearAsync(Socket manager)
    {
        var message = new byte[256];
        return Encoding.UTF8.GetString(message, 0, await manager.ReceiveAsync(message, Cancel));
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, "deploy", .. path]));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"(?<kind>\w+)Probe:\s+httpGet:\s+path: (?<path>\S+)\s+port: (?<port>\S+)")]
    private static partial Regex Probe();

    [GeneratedRegex(@"name: (?<name>\w+)\s+containerPort: (?<number>\d+)")]
    private static partial Regex Port();

    [GeneratedRegex(@"Kestrel__Endpoints__(?<name>\w+)__Url: http://\+:(?<number>\d+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"<Version>(.*)</Version>")]
    private static partial Regex Version();
}
