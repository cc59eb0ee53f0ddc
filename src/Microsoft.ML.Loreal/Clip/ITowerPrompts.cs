using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// What a prompt method changes inside a tower. One object serves one pass, whose layers come in order; a text pass over many classes may
/// go through them several times.
/// </summary>
internal interface ITowerPrompts
{
    /// <summary>The tokens that enter a block: some may be inserted, appended or replaced.</summary>
    /// <param name="layer">The block, from 0.</param>
    /// <param name="tokens">[B, T, D]; in the text tower the prefix that all classes share, with positions.</param>
    /// <returns>[B, T', D].</returns>
    Tensor Before(int layer, Tensor tokens) => tokens;

    /// <summary>
    /// What is added to the output of a block, from its normalised input; in the text tower prefix and suffixes get it alike.
    /// </summary>
    /// <param name="layer">The block, from 0.</param>
    /// <param name="normalised">[b, T, D], the input of the block after its first layer normalisation.</param>
    /// <returns>[b, T, D], or null for nothing.</returns>
    Tensor? Beside(int layer, Tensor normalised) => null;
}
