namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>One row of the table: how it is trained at a resolution phi, and in how many epochs over all stages.</summary>
internal sealed record TableRow(string Name, Func<int, LorealTrainer.Options> Options, int Epochs);
