using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli.Config;

/// <summary>
/// Where the server is and who calls it: what was typed, else what the environment says, else the context. Credentials of one kind that
/// are typed, or in the environment, take the place of all that the context has, so that nobody calls as two at a time.
/// </summary>
internal sealed class Connection : IDisposable
{
    // With the time that it takes to find out why, within five seconds.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2.5);

    private readonly ServiceOrderingClientOptions _options;
    private AnswerWatch? _answers;

    private Connection(string server, Context context, ServiceOrderingClientOptions options)
    {
        (Server, Context, _options) = (server, context, options);
        _options.WrapTransport = transport => _answers = new AnswerWatch(transport);
    }

    public string Server { get; }

    /// <summary>The context that is used; one without anything where there is none.</summary>
    public Context Context { get; }

    /// <summary>How something answered that is no gRPC; null where nothing did.</summary>
    public string? Foreign => _answers?.Foreign;

    /// <exception cref="ConfigException">Something that was named is not there, or does not go together.</exception>
    public static Connection Of(ParseResult arguments, TextWriter remarks)
    {
        var file = new ConfigFile(arguments);
        var context = file.Find(arguments);
        if (context.Settings.Count > 0 && file.Remark() is { } remark)
        {
            remarks.WriteLine(remark);
        }

        var server = arguments.GetValue(GlobalOptions.Server) ?? Variable(GlobalOptions.ServerVariable) ?? context.Find(GlobalOptions.Server) ?? GlobalOptions.DefaultServer;
        return new Connection(server, context, Options(arguments, context));
    }

    public ServiceOrderingClient Open()
    {
        try
        {
            return ServiceOrderingClient.Connect(Server, _options);
        }
        catch (ArgumentException) when (Uri.TryCreate(Server, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp)
        {
            throw new ConfigException(_options.ClientCertificate is not null
                ? $"a certificate can only be shown over TLS: use an address with https in place of {Server}"
                : $"credentials would travel in the clear to {Server}: use https, or --credentials-in-the-clear where something else encrypts");
        }
    }

    /// <summary>Why the server cannot be reached, as the end of a sentence; null where it can be.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken) =>
        Uri.TryCreate(Server, UriKind.Absolute, out var address) ? await new Diagnosis(address, _options).RunAsync(cancellationToken) : null;

    /// <summary>Waits until it is known why the server does not answer; without end where it does, or may yet.</summary>
    public async Task<string> FindSilenceAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(LongestSilence, cancellationToken);
        var problem = _answers?.HasAnswered == true ? null : await FindProblemAsync(cancellationToken);
        if (problem is null || _answers?.HasAnswered == true)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return problem!;
    }

    public void Dispose()
    {
        _options.ClientCertificate?.Dispose();
        foreach (var certificate in _options.TrustedCertificates ?? [])
        {
            certificate.Dispose();
        }
    }

    private static ServiceOrderingClientOptions Options(ParseResult arguments, Context context)
    {
        var token = Secret(arguments, CredentialOptions.Token, CredentialOptions.TokenFile, CredentialOptions.TokenVariable);
        var apiKey = Secret(arguments, CredentialOptions.ApiKey, CredentialOptions.ApiKeyFile, CredentialOptions.ApiKeyVariable);
        var clientId = arguments.GetValue(CredentialOptions.ClientId) ?? Variable(CredentialOptions.ClientIdVariable);
        if ((token ?? apiKey ?? clientId) is null)
        {
            token = Secret(context, CredentialOptions.Token, CredentialOptions.TokenFile);
            apiKey = Secret(context, CredentialOptions.ApiKey, CredentialOptions.ApiKeyFile);
            clientId = context.Find(CredentialOptions.ClientId);
        }

        if (new[] { token, apiKey, clientId }.Count(each => each is not null) > 1)
        {
            throw new ConfigException("a token, an API key and a client id exclude each other: give one");
        }

        return new ServiceOrderingClientOptions
        {
            BearerToken = token,
            ApiKey = apiKey,
            ClientCredentials = clientId is null ? null : Account(clientId, arguments, context),
            ClientCertificate = Certificate(Setting(CredentialOptions.Cert), Setting(CredentialOptions.Key)),
            TrustedCertificates = Authorities(Setting(CredentialOptions.CaCert)),
            AllowCredentialsInTheClear = arguments.GetValue(CredentialOptions.InTheClear),
            CallTimeout = arguments.GetValue(GlobalOptions.Timeout) ?? new ServiceOrderingClientOptions().CallTimeout,
        };

        string? Setting(Option<string> option) => arguments.GetValue(option) ?? context.Find(option);
    }

    private static ClientCredentials Account(string clientId, ParseResult arguments, Context context)
    {
        var authority = Setting(CredentialOptions.Authority);
        var endpoint = Setting(CredentialOptions.TokenEndpoint);
        if (authority is null == endpoint is null)
        {
            throw new ConfigException("a client id needs either --authority, the provider of tokens, or --token-endpoint");
        }

        return new ClientCredentials
        {
            ClientId = clientId,
            ClientSecret = Secret(arguments, CredentialOptions.ClientSecret, CredentialOptions.ClientSecretFile, CredentialOptions.ClientSecretVariable)
                ?? Secret(context, CredentialOptions.ClientSecret, CredentialOptions.ClientSecretFile)
                ?? throw new ConfigException($"a client id needs --client-secret-file, or the secret in {CredentialOptions.ClientSecretVariable}"),
            Authority = authority is null ? null : Address(authority),
            TokenEndpoint = endpoint is null ? null : Address(endpoint),
            Scope = Setting(CredentialOptions.Scope),
            Audience = Setting(CredentialOptions.Audience),
        };

        string? Setting(Option<string> option) => arguments.GetValue(option) ?? context.Find(option);
    }

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
        ? uri
        : throw new ConfigException($"'{text}' is no address of a provider, such as https://login.example/realms/orders");

    private static string? Secret(ParseResult arguments, Option<string> value, Option<string> file, string variable) =>
        arguments.GetValue(value) ?? Content(arguments.GetValue(file)) ?? Variable(variable);

    private static string? Secret(Context context, Option<string> value, Option<string> file) => context.Find(value) ?? Content(context.Find(file));

    private static string? Content(string? file) => file is null ? null : Read(file, () => File.ReadAllText(file).Trim()) is { Length: > 0 } text
        ? text
        : throw new ConfigException($"{file} is empty");

    private static X509Certificate2? Certificate(string? certificate, string? key) => certificate is null
        ? key is null ? null : throw new ConfigException("--key needs --cert, the certificate that it belongs to")
        : Read(certificate, () => X509Certificate2.CreateFromPemFile(certificate, key));

    private static X509Certificate2Collection? Authorities(string? file) => file is null ? null : Read(file, () =>
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new ConfigException($"{file} has no certificate in PEM form");
    });

    private static T Read<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigException($"{file} cannot be read: {exception.Message}");
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
