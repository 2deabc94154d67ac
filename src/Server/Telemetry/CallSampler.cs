using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ServiceOrdering.Server.Telemetry;

/// <summary>Which traces begin here: a share of the calls, and nothing of what the server does by itself, several times a second.</summary>
internal sealed class CallSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Server ? _share.ShouldSample(samplingParameters) : new SamplingResult(SamplingDecision.Drop);
}
