namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <param name="Url">Where to listen; port 0 takes any that is free.</param>
/// <param name="MaximumBytes">The largest file that is accepted.</param>
internal sealed record ServerSettings(string Url, int MaximumBytes);
