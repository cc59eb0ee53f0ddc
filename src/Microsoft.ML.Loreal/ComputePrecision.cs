namespace Microsoft.ML.Loreal;

/// <summary>In which numbers the frozen CLIP computes the matrix products of its blocks, which are nearly all of its work.</summary>
/// <remarks>
/// <para>A reduced precision is that of the linear layers' weights and inputs and of the attention, as under PyTorch's autocast; the weights are converted once, when the model is made.
/// Single precision are, in every case, the states that go from block to block with their sums, layer normalisations, embeddings and final projections, whatever a prompt method learns with its
/// own products, features, logits, probabilities, losses, gradients of what learns and the optimiser. Files hold single precision too.</para>
/// <para>It pays where the device multiplies such numbers faster: NVIDIA GPUs with tensor cores, processors with AVX512-BF16 or AMX. Elsewhere it may be slower than single precision.
/// What it changes is known by comparing the same model in both precisions on images of one's own, with <see cref="LorealTransformer.WithPrecision"/> and two calls of <c>Evaluate</c>.</para>
/// </remarks>
public enum ComputePrecision
{
    /// <summary>32-bit floating point throughout. The default.</summary>
    Single,

    /// <summary>
    /// bfloat16: the range of single precision with 8 significant bits, so that every product's inputs are off by up to 0.4 %. For training and scoring.
    /// </summary>
    BFloat16,

    /// <summary>
    /// IEEE half precision: 11 significant bits, but no number above 65,504 or, in full precision, below 6e-5, where gradients are. For scoring only; it needs a GPU, or a libtorch that computes
    /// in it on processors.
    /// </summary>
    Half,
}
