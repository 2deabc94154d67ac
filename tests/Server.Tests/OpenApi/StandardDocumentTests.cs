using System.Text.Json.Nodes;
using Conformance;

namespace ServiceOrdering.Server.Tests.OpenApi;

/// <summary>
/// The documents beside those of the standards, whose facts are in the tables of the conformance tests: the same paths, operations,
/// schemas, properties, types and values. Where they part stands here with the reason.
/// </summary>
public sealed class StandardDocumentTests
{
    // Definitions that have another name with us, or none of their own.
    private static readonly Dictionary<string, string> Renamed = new()
    {
        ["EventSubscriptionInput"] = "EventSubscription_Create",
        ["Hub"] = "EventSubscription",
        ["OtherNameIndividual"] = "OtherName",
        ["OtherNameOrganization"] = "OtherName",
    };

    // Parts of a definition, and why they are not as the standard has them.
    private static readonly Dictionary<string, string> Deviations = new()
    {
        ["ServiceOrderItemRef.id required"] = "The definition requires a property that it does not have.",
        ["RelatedParty.@type required"] = "TM Forum's own examples leave it out.",
        ["RelatedParty.@referredType required"] = "TM Forum's own examples leave it out.",
        ["Feature.featureCharacteristic required"] = "A feature may be switched without being configured.",
        ["EventSubscription.id required"] = "Every answer has it, but no caller has to send it: the contract marks what callers must.",
        ["*.@type required"] = "The server fills in the class of what stands in a service.",
        ["Individual.status is no reference"] = "The classes of a party have different states, and a party role has any.",
        ["Organization.status is no reference"] = "The classes of a party have different states, and a party role has any.",
        ["Expression.expressionLanguage is no reference"] = "JSON-LD and RDF-XML are no enum values in lowerCamel.",
        ["Expression.expressionValue type:  in place of string"] = "TM Forum's own example has a JSON object.",
        ["Hub.@baseType is missing"] = "A subscription is of no other class.",
        ["Hub.@schemaLocation is missing"] = "A subscription keeps what else it is sent.",
        ["Hub.href is missing"] = "Location says it.",
        ["Error.@baseType is missing"] = "No error is of another class than the standard's.",
        ["Error.@schemaLocation is missing"] = "No error has members beside those of its schema.",
    };

    [Theory]
    [InlineData("tmf641", "tmf641-v4.1.operations.csv")]
    [InlineData("tmf638", "tmf638-v5.operations.csv")]
    [InlineData("onap-nbi", "onap-nbi.operations.csv")]
    public void Every_operation_of_the_standard_is_in_the_document(string name, string table)
    {
        var document = Documents.Read(name);
        var told = Documents.Operations(document).Select(operation => $"{operation.Verb} {operation.Path}").ToHashSet();
        // What is sent to listeners has the path that a listener gives it: OpenAPI 3.1 knows that as webhooks.
        var sent = document["webhooks"]!.AsObject().Select(webhook => webhook.Key.ToUpperInvariant()).ToHashSet();

        var missing = Fact.ReadText(table).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim().Replace(',', ' '))
            .Where(operation => !told.Contains(operation) && !sent.Contains(operation.Split('/')[^1].ToUpperInvariant()));

        // The common path of ONAP's notifications has no body of its own.
        Assert.Empty(missing.Except(["POST /notification"]));
    }

    [Fact]
    public void Schemas_of_TMF641_are_those_of_the_standard() => Compare("tmf641", Fact.Tmf641, expected: 50,
        "ServiceOrder", "ServiceOrder_Create", "ServiceOrder_Update", "CancelServiceOrder", "CancelServiceOrder_Create", "EventSubscription", "EventSubscriptionInput",
        "ServiceOrderCreateEvent", "ServiceOrderAttributeValueChangeEvent", "ServiceOrderStateChangeEvent", "ServiceOrderDeleteEvent", "ServiceOrderInformationRequiredEvent",
        "ServiceOrderMilestoneEvent", "ServiceOrderJeopardyEvent", "CancelServiceOrderCreateEvent", "CancelServiceOrderStateChangeEvent", "CancelServiceOrderInformationRequiredEvent", "Error");

    [Fact]
    public void Schemas_of_TMF638_are_those_of_the_standard() => Compare("tmf638", Fact.Tmf638, expected: 80,
        "Service", "ServiceCreateEvent", "ServiceAttributeValueChangeEvent", "ServiceStateChangeEvent", "ServiceOperatingStatusChangeEvent", "ServiceDeleteEvent", "Hub", "Error");

    private static void Compare(string name, string table, int expected, params string[] roots)
    {
        var comparison = new Comparison(Documents.Read(name)["components"]!["schemas"]!.AsObject(), Fact.Read(table));
        foreach (var root in roots)
            comparison.Reach(root, Renamed.GetValueOrDefault(root, root));

        var unknown = comparison.Found.Where(found => !Deviations.ContainsKey(found) && !Deviations.ContainsKey($"*.{found.Split('.', 2)[^1]}"));
        Assert.True(!unknown.Any(), string.Join('\n', unknown));
        Assert.True(comparison.Reached >= expected, $"Only {comparison.Reached} definitions were compared.");
    }

    /// <summary>Follows both documents from the same roots.</summary>
    private sealed class Comparison(JsonObject schemas, ILookup<string, Fact> facts)
    {
        private readonly HashSet<(string, string)> _reached = [];

        public List<string> Found { get; } = [];

        public int Reached => _reached.Count;

        /// <param name="definition">The standard's definition.</param>
        /// <param name="component">Our schema.</param>
        /// <param name="isClass">Whether the schema stands for other classes too.</param>
        public void Reach(string definition, string component, bool isClass = false)
        {
            if (!_reached.Add((definition, component)))
                return;
            if (schemas[component] is not JsonObject schema)
            {
                Found.Add($"{definition} is missing");
                return;
            }
            foreach (var fact in facts[definition])
            {
                if (fact.Type == "family")
                {
                    // One schema stands for all of its classes.
                    foreach (var other in fact.Values.Where(other => other != definition))
                        Reach(other, component, isClass: true);
                }
                else if (fact.Type == "enum")
                    Same($"{definition} values", string.Join('|', fact.Values.Order(StringComparer.Ordinal)), string.Join('|', schema["enum"]!.AsArray().Select(value => (string)value!).Order(StringComparer.Ordinal)));
                else if (fact.Property.Length > 0)
                    Property(fact, schema, schemas[$"{component}_Create"] as JsonObject ?? schema, isClass);
            }
        }

        private void Property(Fact fact, JsonObject schema, JsonObject creation, bool isClass)
        {
            var place = $"{fact.Definition}.{fact.Property}";
            // What creates a resource has to have it; what one class of several has to have is said in words.
            var isRequired = creation["required"]?.AsArray().Any(each => (string)each! == fact.Property) ?? false;
            var isRequiredOfClass = isClass && ((string?)schema["properties"]?[fact.Property]?["description"])?.Split("Required in ")[^1].TrimEnd('.').Split(", ").Contains(fact.Definition) == true;
            if (fact.Required && !isRequired && !isRequiredOfClass)
                Found.Add($"{place} required");
            if (fact.Type.Length == 0)
                return;
            if (schema["properties"]?[fact.Property] is not JsonObject property)
            {
                Found.Add($"{place} is missing");
                return;
            }
            // A value that is of another type in each class is any.
            if (isClass && property["type"] is null && property["$ref"] is null)
                return;
            if (fact.IsArray)
            {
                Same($"{place} type", "array", (string?)property["type"]);
                property = property["items"] as JsonObject ?? [];
            }
            if (facts.Contains(fact.ElementType) && facts[fact.ElementType].First().Type != "any")
            {
                if ((string?)property["$ref"] is { } reference)
                    Reach(fact.ElementType, reference.Split('/')[^1]);
                else
                    Found.Add($"{place} is no reference");
            }
            else if (facts.Contains(fact.ElementType))
            {
                Same($"{place} type", null, (string?)property["type"]);
            }
            else
            {
                Same($"{place} type", fact.ElementType, (string?)property["type"]);
                if (fact.Format == "date-time")
                    Same($"{place} format", fact.Format, (string?)property["format"]);
            }
        }

        private void Same(string place, string? expected, string? actual)
        {
            if (expected != actual)
                Found.Add($"{place}: {actual} in place of {expected}");
        }
    }
}
