using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ServiceOrdering.Server.Hosting.Grpc;

/// <summary>
/// The mapped gRPC services, the files that define them and whatever those import. Read from the endpoints at first use,
/// when all of them are mapped, so that nothing is listed twice.
/// </summary>
internal sealed class DescriptorCatalog(EndpointDataSource endpoints)
{
    private readonly Lazy<Index> index = new(() => new Index(endpoints));

    /// <summary>The full names of the services, in order.</summary>
    public IReadOnlyCollection<string> Services => index.Value.Services;

    public FileDescriptor? FindFile(string name) => index.Value.Files.GetValueOrDefault(name);

    public FileDescriptor? FindFileOfSymbol(string fullName) => index.Value.Symbols.GetValueOrDefault(fullName);

    public FileDescriptor? FindFileOfExtension(string extendedType, int number) =>
        index.Value.Extensions.GetValueOrDefault(extendedType)?.GetValueOrDefault(number);

    /// <summary>The numbers of the extensions of a message, or null when there is no such message.</summary>
    public IReadOnlyCollection<int>? FindExtensionNumbers(string extendedType) =>
        index.Value.Extensions.GetValueOrDefault(extendedType)?.Keys;

    private sealed class Index
    {
        public Index(EndpointDataSource endpoints)
        {
            foreach (var method in endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()))
            {
                if (method is not null
                    && Services.Add(method.Method.ServiceName)
                    && Descriptor(method.ServiceType) is { } service)
                {
                    Add(service.File);
                }
            }
        }

        public SortedSet<string> Services { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, FileDescriptor> Files { get; } = [];

        public Dictionary<string, FileDescriptor> Symbols { get; } = [];

        /// <summary>By full name of the extended message, with an entry for every message, and by number.</summary>
        public Dictionary<string, SortedDictionary<int, FileDescriptor>> Extensions { get; } = [];

        // Generated code has the descriptor beside the base class, in the class that also binds the service.
        private static ServiceDescriptor? Descriptor(Type serviceType) =>
            serviceType.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType
                .GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;

        private void Add(FileDescriptor file)
        {
            if (!Files.TryAdd(file.Name, file))
            {
                return;
            }
            foreach (var imported in file.Dependencies)
            {
                Add(imported);
            }
            foreach (var service in file.Services)
            {
                AddSymbols([service, .. service.Methods]);
            }
            foreach (var type in file.EnumTypes)
            {
                AddEnum(type);
            }
            foreach (var message in file.MessageTypes)
            {
                AddMessage(message);
            }
            AddExtensions(file.Extensions);
        }

        private void AddMessage(MessageDescriptor message)
        {
            _ = ExtensionsOf(message);
            AddSymbols([message, .. message.Fields.InDeclarationOrder(), .. message.Oneofs]);
            foreach (var type in message.EnumTypes)
            {
                AddEnum(type);
            }
            foreach (var nested in message.NestedTypes)
            {
                AddMessage(nested);
            }
            AddExtensions(message.Extensions);
        }

        // A value belongs to the scope around its enum, as in C++.
        private void AddEnum(EnumDescriptor type)
        {
            AddSymbols([type]);
            var scope = type.FullName[..^type.Name.Length];
            foreach (var value in type.Values)
            {
                Symbols[scope + value.Name] = type.File;
            }
        }

        private void AddExtensions(ExtensionCollection extensions)
        {
            foreach (var extension in extensions.UnorderedExtensions)
            {
                AddSymbols([extension]);
                ExtensionsOf(extension.ExtendeeType)[extension.FieldNumber] = extension.File;
            }
        }

        private SortedDictionary<int, FileDescriptor> ExtensionsOf(MessageDescriptor message)
        {
            if (!Extensions.TryGetValue(message.FullName, out var files))
            {
                Extensions.Add(message.FullName, files = []);
            }
            return files;
        }

        private void AddSymbols(IEnumerable<IDescriptor> symbols)
        {
            foreach (var symbol in symbols)
            {
                Symbols[symbol.FullName] = symbol.File;
            }
        }
    }
}
