using System.CommandLine;
using System.Text.Json;

namespace ServiceOrdering.Cli.Config;

/// <summary>The file with the contexts. It may hold secrets: it is made for its owner's eyes only.</summary>
internal sealed class ConfigFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _path;
    private readonly bool _isChosen;

    public ConfigFile(ParseResult arguments)
    {
        var chosen = arguments.GetValue(CredentialOptions.Config) ?? Variable(CredentialOptions.ConfigVariable);
        _isChosen = chosen is not null;
        _path = chosen ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "service-ordering", "config.json");
    }

    public string Location => _path;

    /// <summary>The names of the contexts that there are; none where the file cannot be read.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            try
            {
                return Read(mustExist: false).Contexts.Keys;
            }
            catch (ConfigException)
            {
                return [];
            }
        }
    }

    /// <summary>The context that was asked for by name, else the one that is used; one without anything where there is none.</summary>
    /// <exception cref="ConfigException">There is no such context, or the file cannot be read.</exception>
    public Context Find(ParseResult arguments)
    {
        var name = arguments.GetValue(CredentialOptions.Context) ?? Variable(CredentialOptions.ContextVariable);
        var contexts = Read(mustExist: name is not null || _isChosen);
        name ??= contexts.CurrentContext;
        return name is null ? new Context()
            : contexts.Contexts.TryGetValue(name, out var settings) ? new Context { Settings = settings }
            : throw new ConfigException($"{_path} has no context '{name}'; it has: {(contexts.Contexts.Count > 0 ? string.Join(", ", contexts.Contexts.Keys) : "none")}");
    }

    /// <summary>Adds a context, or changes one; the first one becomes the one that is used.</summary>
    public void Set(string name, ParseResult arguments)
    {
        var contexts = Read(mustExist: false);
        var context = new Context { Settings = contexts.Contexts.GetValueOrDefault(name) ?? [] }.With(arguments);
        contexts.Contexts[name] = context.Settings;
        Write(contexts with { CurrentContext = contexts.CurrentContext ?? name });
    }

    /// <summary>Makes a context the one that is used.</summary>
    public void Use(string name)
    {
        var contexts = Read(mustExist: true);
        if (!contexts.Contexts.ContainsKey(name))
        {
            throw new ConfigException($"{_path} has no context '{name}'; service-ordering config set-context {name} makes one.");
        }

        Write(contexts with { CurrentContext = name });
    }

    /// <summary>What others could read, to be told; null where they cannot.</summary>
    public string? Remark() =>
        !OperatingSystem.IsWindows() && File.Exists(_path) && (File.GetUnixFileMode(_path) & Others) != 0
            ? $"warning: others can read {_path}: chmod 600 {_path}"
            : null;

    private Stored Read(bool mustExist)
    {
        try
        {
            return File.Exists(_path) || mustExist ? JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(_path), Json) ?? new Stored() : new Stored();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"the contexts cannot be read: {exception.Message}");
        }
        catch (JsonException)
        {
            throw new ConfigException($"{_path} is no file of contexts: expected {{\"currentContext\": NAME, \"contexts\": {{NAME: {{\"server\": URL, …}}}}}}");
        }
    }

    private void Write(Stored contexts)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var written = Path.Combine(folder, $".{Path.GetFileName(_path)}.{Environment.ProcessId}");
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(written, options))
            {
                JsonSerializer.Serialize(file, contexts, Json);
            }

            File.Move(written, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"the contexts cannot be written: {exception.Message}");
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private sealed record Stored
    {
        public string? CurrentContext { get; init; }

        public Dictionary<string, Dictionary<string, string>> Contexts { get; init; } = [];
    }
}

/// <summary>What was said about the server and who calls it cannot be had, or does not go together. The message says what to do.</summary>
internal sealed class ConfigException(string message) : Exception(message);
