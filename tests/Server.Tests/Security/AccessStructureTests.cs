using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>What the contract, the roles and the document say of scopes is one.</summary>
public sealed partial class AccessStructureTests
{
    // What nobody may do but an administrator.
    private static readonly string[] OfNoOtherRole =
    [
        "administration:api-key:create", "administration:api-key:delete", "administration:api-key:read", "administration:documentation:read",
        "administration:metrics:read", "administration:system:read", "service-inventory:service:delete",
    ];

    private static readonly Roles Roles = new(Options.Create(new SecurityOptions()));

    [Fact]
    public void Every_method_says_what_its_caller_needs()
    {
        Assert.NotEmpty(Contract.Methods);
        Assert.All(Contract.Methods, method =>
        {
            var access = Contract.AccessOf(method);
            Assert.True(access is not null, $"{method.FullName} says nothing.");
            Assert.True(Form().IsMatch(access.Scope), $"{method.FullName}: '{access.Scope}' is not API:RESOURCE:ACTION.");
            Assert.True(access.Cost != Cost.Unspecified, $"{method.FullName} says no cost.");
        });
    }

    [Fact]
    public void Every_scope_is_in_a_role_or_listed_as_the_administrators_alone() => Assert.Equal(
        OfNoOtherRole, Scopes.All.Except(Others().SelectMany(role => Roles.Scopes([role], [])!)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_scope_of_a_role_is_one() => Assert.All(Others(), role => Assert.Null(Scopes.Problem(Roles.Scopes([role], [])!)));

    [Fact]
    public void The_document_has_a_row_for_each_scope_with_the_roles_that_have_it()
    {
        var file = Path.Combine(Here(), "..", "..", "..", "docs", "security.md");
        var rows = File.ReadAllLines(file).Select(line => Row().Match(line)).Where(row => row.Success).ToDictionary(row => row.Groups["scope"].Value, row => row.Groups["roles"].Value.Trim());

        Assert.Equal(Scopes.All.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(string.Join(", ", Others().Where(role => Roles.Scopes([role], [])!.Contains(row.Key)).Order(StringComparer.Ordinal)), row.Value));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    private static IEnumerable<string> Others() => Roles.Names.Where(role => role != Roles.Administrator);

    [GeneratedRegex("^[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*:[a-z]+$")]
    private static partial Regex Form();

    [GeneratedRegex(@"^\| `(?<scope>[a-z-]+:[a-z-]+:[a-z]+)` \|[^|]*\|(?<roles>[^|]*)\|$")]
    private static partial Regex Row();
}
