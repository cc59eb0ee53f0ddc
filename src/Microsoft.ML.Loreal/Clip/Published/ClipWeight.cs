namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>One tensor of openai's state dict and what it is made of in a checkpoint.</summary>
/// <param name="Name">openai's name.</param>
/// <param name="Shape">Its shape there.</param>
/// <param name="Sources">The checkpoint's tensors that, one below the other, make it.</param>
/// <param name="Transposed">Whether the checkpoint has it transposed.</param>
internal sealed record ClipWeight(string Name, long[] Shape, string[] Sources, bool Transposed)
{
    /// <summary>The shape that each of the sources has.</summary>
    public long[] SourceShape => Transposed ? [Shape[1], Shape[0]]
        : Sources.Length > 1 ? [Shape[0] / Sources.Length, .. Shape[1..]]
        : Shape;
}
