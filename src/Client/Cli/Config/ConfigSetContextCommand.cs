using System.CommandLine;

namespace ServiceOrdering.Cli.Config;

/// <summary>service-ordering config set-context NAME</summary>
internal sealed class ConfigSetContextCommand : FileCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Name of the context." };

    public ConfigSetContextCommand()
        : base("set-context", "Keep the address of a server, the credentials and the output that are given as options. What a context has besides stays.") => Add(_name);

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering config set-context lab --server https://orders.lab.example --cacert lab-ca.pem --token-file ~/.orders-token -o yaml",
        "service-ordering config set-context night --authority https://login.example/realms/orders --client-id night --client-secret-file night.secret",
    ];

    protected override void Run(ParseResult arguments, ConfigFile file, Screen screen)
    {
        var name = arguments.GetRequiredValue(_name);
        file.Set(name, arguments);
        screen.Errors.WriteLine($"context {name} is in {file.Location}");
    }
}
