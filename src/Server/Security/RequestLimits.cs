using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Limits the requests of each identity by what the contract says that they cost. Who has no name is limited by address; so is whoever
/// has credentials that are missing or no good, before more is looked at.
/// </summary>
internal sealed class RequestLimits(EndpointAccess access, SecurityAudit audit, IOptions<LimitsOptions> limits, IOptions<SecurityOptions> security)
    : IConfigureOptions<RateLimiterOptions>
{
    // Addresses share buckets once there are very many of them: somebody who has a network of them would have as many buckets.
    private const int Slots = 16_384;
    private const int NetworkOfAHost = 8;

    private readonly LimitsOptions _limits = limits.Value;
    private readonly int _seed = Random.Shared.Next();

    public void Configure(RateLimiterOptions options)
    {
        if (!_limits.Apply(security.Value))
            return;
        Func<Bucket, RateLimiter> limiter = Limiter;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, Bucket>(http =>
            BucketOf(http) is { Holder: not Holder.Free } bucket ? RateLimitPartition.Get(bucket, limiter) : RateLimitPartition.GetNoLimiter(default(Bucket)));
        // What refuses says its own status; over gRPC it is no HTTP status.
        options.RejectionStatusCode = StatusCodes.Status200OK;
        options.OnRejected = (rejected, _) =>
        {
            var http = rejected.HttpContext;
            var refusal = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
                ? ApiErrors.RateLimited(after)
                : ApiErrors.TooManyStreams(_limits.Streams);
            audit.Refused(http, refusal);
            http.Refuse(refusal);
            return ValueTask.CompletedTask;
        };
    }

    private Bucket BucketOf(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return default;
        if (http.Features.Get<Identity>() is not { } identity)
            return new Bucket(Holder.Stranger, Cost.Unspecified, null, SlotOf(http));
        var cost = endpoint is null ? Cost.Unspecified : access.Of(endpoint)?.Cost ?? Cost.Unspecified;
        return cost == Cost.Unspecified ? default
            : identity.Name.Length > 0 ? new Bucket(Holder.Identity, cost, identity.Name, 0)
            : new Bucket(Holder.Address, cost, null, SlotOf(http));
    }

    private RateLimiter Limiter(Bucket bucket) =>
        bucket.Holder == Holder.Stranger ? Tokens(_limits.Failures)
        : bucket.Cost == Cost.Write ? Tokens(_limits.Writes)
        : bucket.Cost == Cost.Search ? Tokens(_limits.Searches)
        : bucket.Cost == Cost.Stream ? new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = _limits.Streams })
        : Tokens(_limits.Reads);

    // The partitions are filled up by what keeps them, all in one turn, and in parts of the period too.
    private static TokenBucketRateLimiter Tokens(RateLimit limit) => new(new TokenBucketRateLimiterOptions
    {
        AutoReplenishment = false,
        TokenLimit = limit.Burst,
        TokensPerPeriod = Math.Max(1, (int)limit.PerSecond),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, (int)limit.PerSecond) / limit.PerSecond),
    });

    /// <summary>An address' place among the buckets; a host of IPv6 has a whole network of them.</summary>
    private int SlotOf(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
            return 0;
        Span<byte> bytes = stackalloc byte[16];
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (!address.TryWriteBytes(bytes, out var length))
            return 0;
        var hash = new HashCode();
        hash.Add(_seed);
        hash.AddBytes(bytes[..(address.AddressFamily == AddressFamily.InterNetworkV6 ? NetworkOfAHost : length)]);
        return (int)((uint)hash.ToHashCode() % Slots);
    }

    private enum Holder
    {
        Free,
        Identity,
        Address,
        Stranger,
    }

    /// <summary>Whose requests of which kind are counted together.</summary>
    private readonly record struct Bucket(Holder Holder, Cost Cost, string? Name, int Slot);
}
