using System.Diagnostics;

namespace ServiceOrdering.Server.Tests.Admin;

/// <summary>The real program, doing what its operator asks for in place of serving.</summary>
internal static class AdminProcess
{
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ServiceOrdering.Server.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output, error);
    }

    /// <summary>A command about a database.</summary>
    public static Task<(int ExitCode, string Output, string Error)> AdminAsync(TestDatabase database, params string[] arguments) =>
        RunAsync(["admin", .. arguments, "--", .. database.Settings.Select(setting => $"--{setting.Key}={setting.Value}")]);
}
