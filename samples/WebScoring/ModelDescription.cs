namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <param name="Classes">The names of all classes.</param>
/// <param name="Resolution">The side of the pictures that are scored, in pixels.</param>
/// <param name="Samples">How many pictures there are to try, at /samples/0 and on.</param>
internal sealed record ModelDescription(IReadOnlyList<string> Classes, int Resolution, int Samples);
