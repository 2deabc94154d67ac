using System.Diagnostics;

namespace Robustness;

/// <summary>A disk that is really full, under a server that goes on and one that is killed.</summary>
public sealed class FullDiskTests
{
    private const string Size = "24m";
    private static readonly string Order = $$"""{"description":"{{new string('x', 20_000)}}","serviceOrderItem":[{"id":"1","action":"add","service":{"name":"x"} } ] }""";

    [Fact]
    public async Task Full_disk_loses_nothing_that_was_answered_and_is_over_when_there_is_room()
    {
        var folder = Directory.CreateTempSubdirectory("service-ordering-");
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", folder.FullName), "A small tmpfs can only be mounted as root.");
        try
        {
            var ballast = Path.Combine(folder.FullName, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[4 * 1024 * 1024], TestContext.Current.CancellationToken);
            var placed = new List<string>();
            var server = new FuzzedServer(folder.FullName, "Checking:Mode=Manual");
            await server.InitializeAsync();
            try
            {
                await FillAsync(server, placed);
                Assert.Equal(503, await server.GetAsync("/health/ready"));
                Assert.Equal(200, await server.GetAsync($"{FuzzedServer.Orders}/{placed[0]}"));
                File.Delete(ballast);
                Assert.Equal(200, await server.GetAsync("/health/ready"));
                await FillAsync(server, placed);
            }
            finally
            {
                // Killed, while the disk is full.
                await server.DisposeAsync();
            }
            var again = new FuzzedServer(folder.FullName, "Checking:Mode=Manual");
            await again.InitializeAsync();
            try
            {
                foreach (var id in placed)
                    Assert.Equal(200, await again.GetAsync($"{FuzzedServer.Orders}/{id}"));
            }
            finally
            {
                await again.DisposeAsync();
            }
        }
        finally
        {
            Run("umount", "--lazy", folder.FullName);
            folder.Delete();
        }
    }

    private static async Task FillAsync(FuzzedServer server, List<string> placed)
    {
        var before = placed.Count;
        while (await server.PlaceAsync(Order) is { } id)
            placed.Add(id);
        Assert.NotEqual(before, placed.Count);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
