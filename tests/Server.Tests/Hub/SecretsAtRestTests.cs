using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Secrets;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>Webhook secrets in the database.</summary>
public sealed class SecretsAtRestTests : IDisposable
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private readonly TestDatabase _database = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-keys-");

    public void Dispose()
    {
        _database.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Secrets_are_encrypted_in_the_database_and_sign_deliveries_after_a_restart()
    {
        await using var listener = await Listener.StartAsync();
        using (var server = new RunningServer(_database))
        {
            await server.SubscribeAsync(listener, secret: Secret);
            Assert.True(SealedSecrets.IsSealed(server.Query<string>("select secret from event_subscription").Single()));
        }

        using (var server = new RunningServer(_database))
            await AssertSignedAsync(server, listener);
    }

    [Fact]
    public async Task Secrets_that_an_earlier_version_has_left_in_plain_are_encrypted_when_the_server_starts()
    {
        await using var listener = await Listener.StartAsync();
        using (var server = new RunningServer(_database))
        {
            await server.SubscribeAsync(listener, secret: Secret);
            await server.ExecuteAsync("update event_subscription set secret = @secret, previous_secret = @secret", new { secret = Secret });
        }

        using (var server = new RunningServer(_database))
        {
            await AssertSignedAsync(server, listener);
            await UntilAsync(() => server.Query<long>("select count(*) from event_subscription where secret like 'CfDJ8%' and previous_secret like 'CfDJ8%'") is [1]);
        }
    }

    [Fact]
    public async Task A_secret_whose_key_is_lost_stops_its_own_deliveries_alone_until_it_is_given_anew()
    {
        await using var lost = await Listener.StartAsync();
        await using var other = await Listener.StartAsync();
        string id;
        using (var server = new RunningServer(_database))
        {
            id = await server.SubscribeAsync(lost, secret: Secret);
            await server.SubscribeAsync(other);
            await server.ExecuteAsync("delete from data_protection_key");
        }

        using (var server = new RunningServer(_database, ("Webhooks:RetryDelays:0", "00:00:00.05")))
        {
            await server.PlaceOrderAsync();
            await other.WaitAsync(1);
            var failing = await server.WaitForAsync(id, delivery => delivery.FailedAttempts > 0);
            Assert.Contains("its key is lost", failing.LastError);
            Assert.Empty(lost.Received);

            await server.Deliveries().RotateEventSubscriptionSecretAsync(new RotateEventSubscriptionSecretRequest { Id = id, Secret = Secret }, cancellationToken: Cancel);
            await lost.WaitAsync(1);
            Assert.Equal(Signature(lost.Received[0]), lost.Received[0].Headers["webhook-signature"]);
        }
    }

    [Fact]
    public async Task A_secret_is_of_no_use_in_another_row()
    {
        using var server = new RunningServer(_database);
        var secrets = server.Service<SealedSecrets>();
        await using var listener = await Listener.StartAsync();
        var id = await server.SubscribeAsync(listener, secret: Secret);
        var text = server.Query<string>("select secret from event_subscription").Single();

        Assert.Equal(Secret, secrets.Open("event_subscription", id, text));
        Assert.Null(secrets.Open("event_subscription", "other", text));
        Assert.NotEqual(text, secrets.Seal("event_subscription", id, Secret));
    }

    [Fact]
    public void Of_servers_that_make_the_first_key_at_the_same_time_one_does()
    {
        using var database = _database.Open();
        var (one, two) = (new DatabaseKeys(database), new DatabaseKeys(database));
        Assert.Empty(one.GetAllElements());
        Assert.Empty(two.GetAllElements());

        one.StoreElement(new("key", "1"), "key-1");
        two.StoreElement(new("key", "2"), "key-2");

        Assert.Equal(["1"], two.GetAllElements().Select(key => key.Value));
        two.StoreElement(new("key", "3"), "key-3");
        Assert.Equal(["1", "3"], one.GetAllElements().Select(key => key.Value));
    }

    [Fact]
    public async Task Keys_in_a_directory_that_a_certificate_protects_are_read_after_the_certificate_was_replaced()
    {
        var keys = Path.Combine(_folder.FullName, "keys");
        var (first, second) = (Certificate("first.pem"), Certificate("second.pfx"));
        await using var listener = await Listener.StartAsync();
        using (var server = new RunningServer(_database, ("Secrets:KeyDirectory", keys), ("Secrets:Certificate", first)))
        {
            await server.SubscribeAsync(listener, secret: Secret);
            Assert.Empty(server.Query<string>("select id from data_protection_key"));
            var key = await File.ReadAllTextAsync(Directory.GetFiles(keys).Single(), Cancel);
            Assert.Contains("<EncryptedKey", key);
            Assert.DoesNotContain("<masterKey", key);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys));
        }

        using (var server = new RunningServer(_database, ("Secrets:KeyDirectory", keys), ("Secrets:Certificate", second), ("Secrets:OldCertificates:0", first)))
            await AssertSignedAsync(server, listener);
    }

    [Fact]
    public void What_cannot_hold_keys_is_refused()
    {
        Assert.Empty(new SecretsOptions { Certificate = Certificate("good.pem") }.Problems());
        Assert.Contains("there is no file", Assert.Single(new SecretsOptions { Certificate = "nowhere.pem" }.Problems()));
        Assert.Contains("7.00:00:00", Assert.Single(new SecretsOptions { KeyLifetime = TimeSpan.FromDays(1) }.Problems()));
        Assert.Contains("Secrets:Certificate", new SecretsOptions { OldCertificates = ["old.pem"] }.Problems().First());
        var empty = Path.Combine(_folder.FullName, "empty.pem");
        File.WriteAllText(empty, "");
        Assert.Contains("private key", Assert.Single(new SecretsOptions { Certificate = empty }.Problems()));
    }

    private string Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=keys", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(_folder.FullName, name);
        if (name.EndsWith(".pfx", StringComparison.Ordinal))
            File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12));
        else
            File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return path;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isSo())
            await Task.Delay(10, limit.Token);
    }

    private static async Task AssertSignedAsync(RunningServer server, Listener listener)
    {
        await server.PlaceOrderAsync();
        var delivery = (await listener.WaitAsync(1))[0];
        Assert.Equal(Signature(delivery), delivery.Headers["webhook-signature"]);
    }

    private static string Signature(Delivery delivery) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(Secret["whsec_".Length..]),
        Encoding.UTF8.GetBytes($"{delivery.EventId}.{delivery.Headers["webhook-timestamp"]}.{delivery.Body}")));
}
