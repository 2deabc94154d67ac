using System.Collections.Frozen;
using System.Security.Cryptography;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>Style sheet, script and icon. Their addresses change when they do, so that browsers keep them for good.</summary>
internal static class ConsoleAssets
{
    private const string Prefix = "console/";

    private static FrozenDictionary<string, Asset> All => field ??= Load();

    /// <summary>The names of the style sheets; the first is the one that the others build on.</summary>
    public static IReadOnlyList<string> StyleSheets => field ??= [.. All.Keys.Where(name => name.EndsWith(".css", StringComparison.Ordinal)).OrderByDescending(name => name == "console.css").ThenBy(name => name, StringComparer.Ordinal)];

    /// <summary>The address of a file, below the console's root.</summary>
    public static string Address(string name) => $"/assets/{All[name].Hash}/{name}";

    public static void Map(IEndpointRouteBuilder console) => console.MapGet("/assets/{hash}/{name}", async http =>
    {
        if (!All.TryGetValue((string)http.Request.RouteValues["name"]!, out var asset) || asset.Hash != (string)http.Request.RouteValues["hash"]!)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        http.Response.ContentType = asset.Type;
        http.Response.ContentLength = asset.Content.Length;
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        await http.Response.Body.WriteAsync(asset.Content, http.RequestAborted);
    }).AllowAnonymous();

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(ConsoleAssets).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(name => name[Prefix.Length..], name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new Asset(content, Convert.ToHexStringLower(SHA256.HashData(content))[..12], TypeOf(name));
        });
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"An asset of the type {other} was not foreseen."),
    };

    private sealed record Asset(byte[] Content, string Hash, string Type);
}
