using Tmf.Rest.V1;
using ErrorReasonReflection = ServiceOrdering.Errors.V1.ErrorReasonReflection;

namespace Conformance;

/// <summary>Holds the document on errors, which <c>referenceError</c> leads to, against the contract.</summary>
public class ErrorDocumentTests
{
    [Fact]
    public void Every_reason_has_a_section_with_its_statuses_and_there_is_no_other()
    {
        var sections = Fact.ReadText("errors.md").Split("\n## ").Skip(1).Select(section => section.Trim()).ToList();
        var reasons = ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Skip(1).ToDictionary(
            value => value.Name["ERROR_REASON_".Length..], value => value.GetOptions().GetExtension(RestExtensions.Error));

        Assert.Equal(reasons.Keys, sections.Select(section => section.Split('\n')[0]));
        Assert.All(sections, section =>
        {
            var lines = section.Split('\n');
            var told = reasons[lines[0]];
            var status = string.Concat(told.Status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{c}")).ToUpperInvariant();
            Assert.Equal($"HTTP {told.HttpStatus}, gRPC {status}, TM Forum's code {told.Code}: {told.Title}.", lines[^1]);
            Assert.True(lines.Length > 4, $"{lines[0]} is not explained.");
        });
    }
}
