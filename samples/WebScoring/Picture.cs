using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>What a prediction engine takes.</summary>
internal sealed class Picture
{
    // ML.NET asks for a size here; the classifier takes any.
    [ImageType(1, 1)]
    public MLImage? Image { get; set; }
}
