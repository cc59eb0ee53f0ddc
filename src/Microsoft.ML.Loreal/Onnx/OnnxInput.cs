namespace Microsoft.ML.Loreal;

/// <summary>What an exported ONNX file takes.</summary>
public enum OnnxInput
{
    /// <summary>
    /// 8-bit pixels that are resized and cut out already: "pixels", uint8 [N, phi, phi, 3]. What <c>Microsoft.ML.Loreal.Onnx</c> reads.
    /// </summary>
    Pixels,

    /// <summary>
    /// One whole picture of any size: "image", uint8 [1, H, W, 3]. The file resizes it and cuts out the center as the transformer does,
    /// for callers that cannot.
    /// </summary>
    Image,
}
