using System.Net;
using System.Net.Sockets;

namespace ServiceOrdering.Server.Hub;

/// <summary>
/// Addresses that are no public hosts: IANA's registries of special-purpose addresses, and every form of IPv6 that carries an
/// IPv4 address within it.
/// </summary>
internal static class SpecialNetworks
{
    private static readonly IPNetwork[] V4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local, and the metadata of cloud machines
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
    ];

    // Only 2000::/3 is handed out to hosts. What lies outside needs no list: loopback, mapped (::ffff:0:0/96), NAT64
    // (64:ff9b::/96, 64:ff9b:1::/48), unique-local (fc00::/7), link-local (fe80::/10), site-local, multicast (ff00::/8).
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialV6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    /// <summary>Whether the address is of a public host.</summary>
    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Array.Exists(V4, network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => address.ScopeId == 0 && GlobalV6.Contains(address) && !Array.Exists(SpecialV6, network => network.Contains(address))
            && !HasInterfaceOfIsatap(address),
        _ => false,
    };

    // ISATAP: the last 64 bits are 0000:5efe or 0200:5efe and an IPv4 address.
    private static bool HasInterfaceOfIsatap(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return (bytes[8] & ~2) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
    }
}
