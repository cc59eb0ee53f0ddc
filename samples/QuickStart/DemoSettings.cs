namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>What the command line asks for.</summary>
internal sealed record DemoSettings(
    string? Images,
    string? Backbone,
    string Method,
    bool All,
    bool Published,
    ComputePrecision Precision,
    int Shots,
    int Seed,
    string? Output);
