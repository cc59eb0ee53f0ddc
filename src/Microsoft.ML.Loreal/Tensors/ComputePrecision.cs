namespace Microsoft.ML.Loreal;

/// <summary>In which numbers the frozen CLIP computes the matrix products of its blocks, which are nearly all of its work.</summary>
/// <remarks>
/// <para>A reduced precision is that of the linear layers' weights and inputs and of the attention, as under PyTorch's autocast; the
/// weights are converted once, when the model is made. Single precision are, in every case, the states that go from block to block with
/// their sums, layer normalizations, embeddings and final projections, whatever a prompt method learns with its own products, features,
/// logits, probabilities, losses, gradients of what learns and the optimizer. Files hold single precision too.</para>
/// <para>It pays where the device multiplies such numbers natively: NVIDIA GPUs with tensor cores, processors with AVX512-BF16 or AMX.
/// Elsewhere <see cref="BFloat16"/> is slower than single precision and <see cref="Half"/> is refused; <see cref="Auto"/> looks at the
/// device first. What it changes is known by comparing the same model in both precisions on images of one's own, with
/// <see cref="LorealTransformer.WithPrecision"/> and two calls of <c>Evaluate</c>.</para>
/// </remarks>
public enum ComputePrecision
{
    /// <summary>32-bit floating point throughout. The default: the numbers do not depend on what a processor or GPU can multiply.</summary>
    Single,

    /// <summary>
    /// bfloat16: the range of single precision with 8 significant bits, so that every product's inputs are off by up to 0.4 %. For training
    /// and scoring.
    /// </summary>
    BFloat16,

    /// <summary>
    /// IEEE half precision: 11 significant bits, but no number above 65,504 or, in full precision, below 6e-5, where gradients are. For
    /// scoring only, on a GPU or a processor that multiplies such numbers natively (AVX512-FP16 or AMX-FP16; 64-bit Arm). Other processors
    /// take tens of times as long as in single precision, so there it is refused, and a model that was saved with it computes in single
    /// precision, with a warning.
    /// </summary>
    Half,

    /// <summary>
    /// <see cref="BFloat16"/> where the device multiplies it natively and the narrower tower is at least 192 wide, as those of all
    /// published CLIP models are and those of the default backbone are not; <see cref="Single"/> elsewhere. Natively multiply it processors
    /// with AVX512-BF16 or AMX-BF16 and NVIDIA GPUs of compute capability 8.0 or later; 64-bit Arm processors do not tell, so they get
    /// single precision. The choice is made once, by <c>Fit</c> or <c>WithPrecision</c>; the log tells it, and transformer, files and
    /// checkpoints have what was chosen, never Auto.
    /// </summary>
    Auto,
}
