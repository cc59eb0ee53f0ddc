using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Loreal;

/// <summary>The settings that <see cref="LorealClassifier"/> and <see cref="LorealOnnxTransformer"/> share.</summary>
public abstract class OnnxScoringOptions
{
    private protected OnnxScoringOptions()
    {
    }

    /// <summary>The largest number of pixels that an encoded image may have. Default 178 million.</summary>
    public long MaximumPixels { get; set; } = 178_000_000;

    /// <summary>
    /// The formats that an encoded image may have, told by its content; one in another format counts as unreadable. Default: all. Where
    /// the files come from strangers, accept only those that you expect, such as JPEG, PNG and WebP.
    /// </summary>
    public ImageFormats ImageFormats { get; set; } = ImageFormats.All;

    /// <summary>
    /// Whether JPEG files are decoded straight to 1/2, 1/4 or 1/8 of their size, where both sides stay at least four times the model's
    /// resolution: faster for large photographs, and some levels of the pixels differ. Default false.
    /// </summary>
    public bool ReducedScaleDecoding { get; set; }

    /// <summary>
    /// How ONNX Runtime computes: execution providers, threads, optimizations. It is used as it is while the model is opened, and stays the
    /// caller's, who may dispose it afterwards. Default (null): the processor, with all of its cores, and threads that sleep while there is
    /// nothing to compute.
    /// </summary>
    public SessionOptions? SessionOptions { get; set; }

    /// <summary>
    /// Whether the weights stay in their file, mapped into memory, instead of being copied and rearranged: less memory, shared by all
    /// processes and models that map the file, and slower products. For a model whose weights are in a file of their own, on the processor;
    /// with <see cref="SessionOptions"/> set the entry session.disable_prepacking there instead. Default false.
    /// </summary>
    public bool MemoryMapped { get; set; }
}
