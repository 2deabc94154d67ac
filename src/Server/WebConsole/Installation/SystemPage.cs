using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.WebConsole.Installation;

/// <summary>What the page of the system shows.</summary>
internal sealed record SystemModel
{
    public string Version { get; } = ServerVersion.Text;

    public string Runtime { get; } = $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})";

    public int Cores { get; } = Environment.ProcessorCount;

    public long Memory { get; } = Environment.WorkingSet;

    /// <summary>Since when the process runs.</summary>
    public required DateTimeOffset Started { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The checks, as readiness has them.</summary>
    public required HealthReport Health { get; init; }

    public required Database Database { get; init; }

    public required string Provider { get; init; }

    public required long Size { get; init; }

    /// <summary>The step of the schema that was applied last.</summary>
    public required string Schema { get; init; }

    public required EventLogBounds Log { get; init; }

    /// <summary>When the oldest event that is kept happened; null where there is none.</summary>
    public required DateTimeOffset? OldestEvent { get; init; }

    public required TimeSpan Retention { get; init; }

    /// <summary>What this server is known by among those that share the database.</summary>
    public required string Server { get; init; }

    /// <summary>The servers that hold leases, and how many.</summary>
    public required IReadOnlyList<(string Holder, long Leases)> Servers { get; init; }

    public required IReadOnlyList<Setting> Settings { get; init; }
}

/// <summary>The page of the system: how the server is set up, and how it does.</summary>
internal static class SystemPage
{
    public static void Map(IEndpointRouteBuilder console) => console.MapPage("/system", Scopes.System, ShowAsync);

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var services = visit.Http.RequestServices;
        var database = services.GetRequiredService<Database>();
        var time = visit.Time;
        var (bounds, oldest) = await services.GetRequiredService<Server.Events.EventPages>().ExtentAsync();
        using var process = Process.GetCurrentProcess();
        return visit.Show<SystemView>(new SystemModel
        {
            Started = process.StartTime.ToUniversalTime(),
            Time = time,
            Health = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(visit.Http.RequestAborted),
            Database = database,
            Provider = Of<StorageOptions>().Provider == "postgres" ? "PostgreSQL" : "SQLite",
            Size = await database.SizeAsync(),
            Schema = await database.ReadAsync(MigrationFile.LastAsync) ?? "",
            Log = bounds,
            OldestEvent = oldest,
            Retention = Of<EventsOptions>().Retention,
            Server = services.GetRequiredService<Leases>().Server,
            Servers = await database.ReadAsync(session => Leases.HoldersAsync(session, time.GetUtcNow())),
            Settings = Settings.Of(services.GetRequiredService<IConfiguration>()),
        });

        T Of<T>()
            where T : class => services.GetRequiredService<IOptions<T>>().Value;
    }
}
