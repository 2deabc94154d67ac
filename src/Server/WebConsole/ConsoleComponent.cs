using Microsoft.AspNetCore.Components;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>A part of a page. It knows the visit that it is shown in.</summary>
// Components are public, as the compiler makes them; what they show is not.
public abstract class ConsoleComponent : ComponentBase
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    private protected Visit Visit => Http.Features.Get<Visit>()!;
}
