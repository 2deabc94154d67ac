using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Other servers of ONAP's NBI that requests may be sent on to: of the configuration section <c>Onap</c>.</summary>
internal sealed record TargetOptions : ISettings
{
    /// <summary>The base addresses that <c>Target</c> may name: <c>https://partner.example/nbi/api/v4</c>. Default: none.</summary>
    public string[] AllowedTargets { get; init; } = [];

    /// <summary>How long a request that is sent on may take, its answer included. From 0.1 seconds to 5 minutes. Default: 30 seconds.</summary>
    public TimeSpan TargetTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Array.Find(AllowedTargets, target => Targets.Normal(target) is null) is { } bad)
            yield return $"Onap:AllowedTargets has '{bad}', which is no address such as https://partner.example/nbi/api/v4: absolute, http or https, without user information, query and fragment.";
        if (TargetTimeout < TimeSpan.FromSeconds(0.1) || TargetTimeout > TimeSpan.FromMinutes(5))
            yield return "Onap:TargetTimeout must be from 00:00:00.1 to 00:05:00, such as 00:00:30.";
    }
}

/// <summary>Who is meant by the header <c>Target</c> of ONAP's NBI, the base address of an NBI: this server, or another one.</summary>
internal sealed class Targets(PublicAddress address, IOptions<TargetOptions> options)
{
    private static readonly string[] Bases = ["/nbi/api/v4", "/nbi/api/v3"];

    private readonly HashSet<string> _allowed = [.. options.Value.AllowedTargets.Select(target => Normal(target)!)];

    /// <summary>Path under which a version of the NBI, "v3" or "v4", is served here. Default: that of v4.</summary>
    public static string BaseOf(string version) => version == "v3" ? Bases[1] : Bases[0];

    /// <summary>Whether a path is one of the NBI's, and what of it comes after its base.</summary>
    public static bool TrySplit(PathString path, out PathString rest)
    {
        rest = default;
        foreach (var known in Bases)
        {
            if (path.StartsWithSegments(known, out rest))
                return true;
        }
        return false;
    }

    /// <summary>An address in the form in which addresses are compared; null where it is none.</summary>
    public static string? Normal(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }
            ? uri.GetLeftPart(UriPartial.Path).TrimEnd('/')
            : null;

    /// <summary>Whether nobody is named, or this server, by an address that clients reach it at.</summary>
    public bool IsOwn(string target, HttpRequest request) => IsOwn(target, address.For(request));

    /// <summary>The address to send a request on to; null where the configuration does not list it.</summary>
    public string? FindAllowed(string target) => Normal(target) is { } normal && _allowed.Contains(normal) ? normal : null;

    /// <summary>Refuses a call that is meant for another server: only requests of HTTP are sent on, and those have been when a method is called.</summary>
    public void Check(string target, ServerCallContext context)
    {
        if (!IsOwn(target, address.For(context)))
            throw ApiErrors.TargetNotAllowed("The call names another NBI by its target. Over gRPC none is sent on: call that NBI itself.");
    }

    private bool IsOwn(string target, string own) => target.Length == 0
        || (Normal(target) is { } named && new[] { own, address.Default }.Any(mine => Bases.Any(known => named == Normal(mine + known))));
}
