using System.Text;

namespace Grpc.Core;

/// <summary>Who the peer is, as far as its connection tells: as a rule, its TLS certificate.</summary>
public class AuthContext
{
    private readonly string? peerIdentityPropertyName;
    private readonly Dictionary<string, List<AuthProperty>> properties;

    /// <summary>Creates a context; for server libraries and tests.</summary>
    /// <param name="peerIdentityPropertyName">The property that identifies the peer; absent when nothing does.</param>
    /// <param name="properties">All properties, by name.</param>
    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        this.peerIdentityPropertyName = peerIdentityPropertyName;
        this.properties = properties;
    }

    /// <summary>Whether something identifies the peer.</summary>
    public bool IsPeerAuthenticated => peerIdentityPropertyName is not null;

    /// <summary>The name of the property that identifies the peer, or <see langword="null"/>.</summary>
    public string? PeerIdentityPropertyName => peerIdentityPropertyName;

    /// <summary>The properties that identify the peer; empty when nothing does.</summary>
    public IEnumerable<AuthProperty> PeerIdentity =>
        peerIdentityPropertyName is null ? [] : FindPropertiesByName(peerIdentityPropertyName);

    /// <summary>All properties.</summary>
    public IEnumerable<AuthProperty> Properties => properties.Values.SelectMany(sameName => sameName);

    /// <summary>Lists the properties with a name; empty when there are none.</summary>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) =>
        properties.TryGetValue(propertyName, out var found) ? found : [];
}

/// <summary>One thing that a connection tells of its peer.</summary>
public class AuthProperty
{
    private readonly byte[] bytes;

    private AuthProperty(string name, byte[] bytes)
    {
        Name = name;
        this.bytes = bytes;
    }

    /// <summary>What is told, such as <c>x509_common_name</c>.</summary>
    public string Name { get; }

    /// <summary>The value as text in UTF-8.</summary>
    public string Value => Encoding.UTF8.GetString(bytes);

    /// <summary>A copy of the value's bytes.</summary>
    public byte[] ValueBytes => bytes.AsSpan().ToArray();

    /// <summary>Creates a property; the value is copied.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, valueBytes.AsSpan().ToArray());
    }
}
