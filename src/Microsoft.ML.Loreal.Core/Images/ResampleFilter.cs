namespace Microsoft.ML.Loreal.Images;

/// <summary>The filters of <see cref="PillowResize"/>, with Pillow's numbers.</summary>
internal enum ResampleFilter
{
    /// <summary>A sinc in a sinc's window of three lobes.</summary>
    Lanczos = 1,

    /// <summary>A triangle.</summary>
    Bilinear = 2,

    /// <summary>Keys' kernel with a = -0.5, CLIP's.</summary>
    Bicubic = 3,

    /// <summary>The mean of what lies under a pixel.</summary>
    Box = 4,

    /// <summary>A sinc in a Hamming window of one lobe.</summary>
    Hamming = 5,
}
