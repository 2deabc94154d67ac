using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Tests;

/// <summary>Holds the contract assemblies against what the two published packages were compiled against.</summary>
public class ContractTests
{
    private static readonly Assembly[] Contracts = [typeof(CallInvoker).Assembly, typeof(ICompressionProvider).Assembly];

    private static readonly Type[] AnyTypes = [.. Enumerable.Repeat(typeof(object), 8)];

    public static TheoryData<string> Packages => ["Grpc.AspNetCore.Server.dll", "Grpc.Net.Client.dll"];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_refers_to_assemblies_with_the_identity_of_ours(string package)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, package)));
        var reader = file.GetMetadataReader();

        var referred = reader.AssemblyReferences
            .Select(handle => reader.GetAssemblyReference(handle).GetAssemblyName().FullName)
            .Where(name => Contracts.Any(contract => name.StartsWith(contract.GetName().Name + ",", StringComparison.Ordinal)))
            .Order();

        Assert.Equal(Contracts.Select(contract => contract.FullName).Order(), referred);
    }

    [Fact]
    public void Identity_is_the_published_one() =>
        Assert.All(Contracts, contract =>
        {
            Assert.Equal(new Version(2, 0, 0, 0), contract.GetName().Version);
            Assert.Equal("d754f35622e28bad", Convert.ToHexStringLower(contract.GetName().GetPublicKeyToken()!));
        });

    /// <summary>The runtime resolves every reference here, as it would when the code that holds it is first run.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_type_and_member_that_a_package_refers_to_exists(string package)
    {
        var path = Path.Combine(AppContext.BaseDirectory, package);
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        var module = Assembly.LoadFrom(path).ManifestModule;

        var types = reader.TypeReferences.Where(handle => IsContract(reader, handle)).ToList();
        var members = reader.MemberReferences.Where(handle => IsContract(reader, reader.GetMemberReference(handle).Parent)).ToList();

        Assert.NotEmpty(types);
        Assert.NotEmpty(members);
        Assert.Empty(types.Select(type => Failure(() => module.ResolveType(Token(type)))).OfType<string>());
        Assert.Empty(members.Select(member => Failure(() => Resolve(module, member))).OfType<string>());
    }

    /// <summary>Loading fails for a class that lacks an override, or overrides what is not there.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_type_of_a_package_loads(string package) =>
        Assert.NotEmpty(Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, package)).GetTypes());

    // A reference may mention type parameters of the code around it; any class fills their place.
    private static MemberInfo? Resolve(Module module, MemberReferenceHandle member) =>
        module.ResolveMember(Token(member), AnyTypes, AnyTypes);

    private static int Token(EntityHandle handle) => MetadataTokens.GetToken(handle);

    private static string? Failure(Func<MemberInfo?> resolve)
    {
        try
        {
            return resolve() is null ? "not resolved" : null;
        }
        catch (Exception missing) when (missing is TypeLoadException or MissingMemberException)
        {
            return missing.Message;
        }
    }

    private static bool IsContract(MetadataReader reader, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.AssemblyReference => Contracts.Any(contract =>
            contract.GetName().Name == reader.GetAssemblyReference((AssemblyReferenceHandle)handle).GetAssemblyName().Name),
        HandleKind.TypeReference => IsContract(reader, reader.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope),
        HandleKind.TypeSpecification => IsContract(
            reader, GenericDefinition(reader, (TypeSpecificationHandle)handle)),
        _ => false,
    };

    /// <summary>A generic type is written as GENERICINST (0x15), CLASS or VALUETYPE, and the definition.</summary>
    private static EntityHandle GenericDefinition(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var signature = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (signature.ReadByte() != 0x15)
        {
            return default;
        }
        signature.ReadByte();
        return signature.ReadTypeHandle();
    }
}
