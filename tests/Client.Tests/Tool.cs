using System.ComponentModel;
using System.Diagnostics;

namespace ServiceOrdering.Client.Tests;

/// <summary>Programs that are not ours.</summary>
internal static class Tool
{
    /// <summary>Starts a program; null where it is not installed.</summary>
    public static Process? Start(string program, params string[] arguments) =>
        Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    /// <summary>Starts a program as it is said; null where it is not installed.</summary>
    public static Process? Start(ProcessStartInfo program)
    {
        try
        {
            return Process.Start(program);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Waits for the end of a program, a minute at most, and gives what it wrote.</summary>
    public static async Task<(string Output, string Errors)> OutputAsync(Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (await output, errors);
        }
        finally
        {
            process.Kill();
        }
    }
}
