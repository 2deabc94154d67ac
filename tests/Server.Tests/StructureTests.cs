using System.Text.RegularExpressions;

namespace ServiceOrdering.Server.Tests;

/// <summary>What the folders of the server may know of each other.</summary>
public sealed partial class StructureTests
{
    private static readonly string Source = SourceFolder();

    private static readonly List<(string Folder, string File, string Text)> Files =
    [
        .. Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(Source, file), Text: File.ReadAllText(file)))
            .Where(file => file.Path.Contains(Path.DirectorySeparatorChar))
            .Select(file => (file.Path.Split(Path.DirectorySeparatorChar)[0], file.Path, file.Text)),
    ];

    [Fact]
    public void No_folder_depends_on_another_in_a_circle()
    {
        var uses = Files
            .SelectMany(file => Names().Matches(file.Text).Select(name => (From: file.Folder, To: name.Groups["folder"].Value)))
            .Where(use => use.From != use.To)
            .Distinct()
            .ToLookup(use => use.From, use => use.To);

        Assert.Contains("Resources", uses["ServiceOrders"]);
        // What everybody may measure by.
        Assert.Contains("Telemetry", uses["Storage"]);
        Assert.Empty(uses["Telemetry"]);
        var done = new HashSet<string>();
        foreach (var folder in uses.Select(use => use.Key))
            Visit(folder, []);

        void Visit(string folder, List<string> path)
        {
            Assert.False(path.Contains(folder), $"{string.Join(" -> ", path.SkipWhile(step => step != folder))} -> {folder}");
            if (!done.Add(folder))
                return;
            foreach (var other in uses[folder])
                Visit(other, [.. path, folder]);
        }
    }

    [Fact]
    public void Providers_of_databases_are_named_in_their_folders_only() => Assert.Empty(Files
        .Where(file => Providers().IsMatch(file.Text)
            && !file.File.StartsWith(Path.Combine("Storage", "Sqlite"), StringComparison.Ordinal) && !file.File.StartsWith(Path.Combine("Storage", "Postgres"), StringComparison.Ordinal))
        .Select(file => file.File));

    [Fact]
    public void Http_is_known_to_hosting_security_and_the_console_only() => Assert.Empty(Files
        .Where(file => Http().IsMatch(file.Text) && file.Folder is not ("Hosting" or "Security" or "WebConsole"))
        .Select(file => file.File));

    // PostgreSQL came when SQLite was at number 50, and starts with all that there was.
    [Fact]
    public void Migrations_are_pairs_with_numbers_of_their_own()
    {
        var (sqlite, postgres) = (Numbers("Sqlite"), Numbers("Postgres"));

        Assert.NotEmpty(sqlite);
        Assert.Equal(sqlite.Distinct(), sqlite);
        Assert.Equal(sqlite.SkipWhile(number => number != "0050"), postgres);

        static List<string> Numbers(string database) =>
            [.. Directory.GetFiles(Path.Combine(Source, "Storage", "Migrations", database), "*.sql").Select(file => Path.GetFileName(file)[..4]).Order(StringComparer.Ordinal)];
    }

    private static string SourceFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ServiceOrdering.sln")))
                return Path.Combine(folder.FullName, "src", "Server");
        }
        throw new InvalidOperationException("The tests do not run within the project's folder.");
    }

    [GeneratedRegex(@"ServiceOrdering\.Server\.(?<folder>[A-Z]\w+)")]
    private static partial Regex Names();

    [GeneratedRegex("Microsoft\\.Data\\.Sqlite|SQLitePCL|Npgsql")]
    private static partial Regex Providers();

    [GeneratedRegex("HttpContext")]
    private static partial Regex Http();
}
