namespace Microsoft.ML.Loreal.PromptKD.Regions;

/// <summary>A region lookup table.</summary>
/// <param name="FolderPath">The folder of the tables.</param>
/// <param name="LabelsKept">K, the classes whose probabilities are kept of every region; all where there are fewer.</param>
/// <param name="Sparsification">What takes the place of the others.</param>
/// <param name="Seed">The seed of the regions.</param>
internal sealed record RegionTableSettings(string FolderPath, int LabelsKept, LabelSparsification Sparsification, int Seed);
