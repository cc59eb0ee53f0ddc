namespace Microsoft.ML.Loreal;

/// <summary>The function between the two layers of a CLIP block's perceptron.</summary>
public enum ClipActivation
{
    /// <summary>z * sigmoid(1.702 z), as OpenAI's models have it; Hugging Face's <c>quick_gelu</c>.</summary>
    QuickGelu,

    /// <summary>z * Phi(z) with the normal distribution function Phi, exactly; Hugging Face's <c>gelu</c>.</summary>
    Gelu,
}
