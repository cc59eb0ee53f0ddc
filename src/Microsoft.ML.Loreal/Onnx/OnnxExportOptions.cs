namespace Microsoft.ML.Loreal;

/// <summary>How <c>SaveAsOnnx</c> writes a file.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Whether the towers' weights are stored as 16-bit floating point, which halves the file. ONNX Runtime computes in single precision
    /// all the same; scores move by the rounding of the weights. Default false.
    /// </summary>
    public bool Float16Weights { get; set; }

    /// <summary>
    /// Whether the weights stand in a second file beside the first, NAME.onnx.data, from which ONNX Runtime can map them into memory. The
    /// two stay together and keep their names. Only with a path. Default false: in one file, unless they take more than 2 GB.
    /// </summary>
    public bool ExternalWeights { get; set; }

    /// <summary>
    /// What the file takes: pixels that are resized and cut out already, or a whole picture. Default <see cref="OnnxInput.Pixels"/>, which
    /// <c>Microsoft.ML.Loreal.Onnx</c> reads.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to a value that is not known.</exception>
    public OnnxInput Input
    {
        get;
        set => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, $"Input is one of {string.Join(", ", Enum.GetNames<OnnxInput>())}.");
    }

    /// <summary>
    /// Looked at before every weight that is read, stored or written; the export then throws
    /// <see cref="OperationCanceledException"/>. Default: none.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }
}
