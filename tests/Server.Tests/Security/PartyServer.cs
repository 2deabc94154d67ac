using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>A server of two partners, each bound to a party of its own, and of somebody who may do everything.</summary>
internal sealed class PartyServer : IDisposable
{
    public const string Orders = RunningServer.ServiceOrderPath;
    public const string Tasks = "/tmf-api/serviceOrdering/v4/cancelServiceOrder";
    public const string Services = RunningServer.ServicePath;
    public const string Hubs = "/tmf-api/serviceOrdering/v4/hub";
    public const string NbiOrders = "/nbi/api/v4/serviceOrder";
    public const string NbiHub = "/nbi/api/v4/hub";
    public const string Watch = "/events/v1/watch";
    public const string Subscriptions = "/events/v1/subscriptions";

    private readonly TokenIssuer _issuer = new();

    public PartyServer(params (string Key, string Value)[] settings)
    {
        Server = new RunningServer([.. _issuer.Settings, .. settings]);
        Alpha = Server.HttpAs(TokenOf("alpha"));
        Beta = Server.HttpAs(TokenOf("beta"));
        Desk = Server.HttpAs(_issuer.Issue("desk", roles: "administrator"));
    }

    public RunningServer Server { get; }

    /// <summary>Bound to the party "alpha".</summary>
    public HttpClient Alpha { get; }

    /// <summary>Bound to the party "beta".</summary>
    public HttpClient Beta { get; }

    /// <summary>Bound to none.</summary>
    public HttpClient Desk { get; }

    public string TokenOf(string party) => _issuer.Issue(party, roles: "partner", scope: "service-ordering:service-order:delete", party: party);

    public string Token(string name, string scope) => _issuer.Issue(name, scope: scope);

    public HttpClient As(string name, string roles = "", string scope = "", string? party = null) => Server.HttpAs(_issuer.Issue(name, roles, scope, party));

    public static string Order(string party, string members = "", string items = """{"id":"1","action":"add","service":{}}""") =>
        $$"""{"relatedParty":[{"id":"{{party}}","role":"customer"}],{{members}}{{(members.Length > 0 ? "," : "")}}"serviceOrderItem":[{{items}}]}""";

    public static string Service(string party, string members = "", string category = "CFS") =>
        $$"""
        {"state":"active","serviceSpecification":{"id":"s"},"@type":"Service","category":"{{category}}",{{members}}{{(members.Length > 0 ? "," : "")}}
         "relatedParty":[{"role":"customer","partyOrPartyRole":{"id":"{{party}}","@type":"PartyRef"},"@type":"RelatedPartyRefOrPartyRoleRef"}]}
        """;

    public static async Task<RestAnswer> SendAsync(HttpClient who, HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await who.SendAsync(request, Cancel);
        return await RestAnswer.ReadAsync(response);
    }

    public static Task<RestAnswer> GetAsync(HttpClient who, string path, params (string Name, string Value)[] headers) => SendAsync(who, HttpMethod.Get, path, null, headers);

    public static Task<RestAnswer> PostAsync(HttpClient who, string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(who, HttpMethod.Post, path, json, headers);

    public static Task<RestAnswer> PatchAsync(HttpClient who, string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(who, HttpMethod.Patch, path, json, headers);

    /// <summary>Creates something, which must succeed, and gives its id.</summary>
    public static async Task<string> CreateAsync(HttpClient who, string path, string json)
    {
        var answer = await PostAsync(who, path, json);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return answer.Json["id"]!.GetValue<string>();
    }

    /// <summary>The ids of a list with blanks between them, and the total that it tells.</summary>
    public static async Task<(string Ids, string Total)> ListAsync(HttpClient who, string path)
    {
        var answer = await GetAsync(who, path);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.PartialContent, answer.Body);
        return (string.Join(' ', answer.Json.AsArray().Select(one => one!["id"]!.GetValue<string>())), answer.Headers["X-Total-Count"]);
    }

    /// <summary>Everything that the log tells somebody from its beginning, line by line, up to now.</summary>
    public static async Task<IReadOnlyList<JsonNode>> HearAsync(HttpClient who, string query = "fromStart=true", string ends = "checkpoint", string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Watch}?{query}");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", token);
        using var response = await who.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, response.StatusCode.ToString());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        var lines = new List<JsonNode>();
        while (true)
        {
            if (await reader.ReadLineAsync(Cancel) is not { } line)
                throw new EndOfStreamException(lines.Count == 0 ? "There was nothing." : $"It ended with {lines[^1].ToJsonString()}");
            if (line.Length == 0)
                continue;
            var message = JsonNode.Parse(line)!;
            // The first checkpoint of a watch from the start says only where it begins.
            if (message[ends] is not null && (ends != "checkpoint" || token is not null || lines.Count > 0))
            {
                lines.Add(message);
                return lines;
            }
            lines.Add(message);
        }
    }

    public void Dispose()
    {
        Alpha.Dispose();
        Beta.Dispose();
        Desk.Dispose();
        Server.Dispose();
        _issuer.Dispose();
    }
}
