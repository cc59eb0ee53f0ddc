namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>The sizes of the backbone. The number of heads is openai's rule: 64 channels each.</summary>
internal sealed record ModelSize(int Vocabulary)
{
    internal int Patch => 8;

    /// <summary>Patches a side at 112 pixels.</summary>
    internal int Grid => Painter.Side / Patch;

    internal int VisionWidth => 128;

    internal int VisionLayers => 5;

    internal int TextWidth => 128;

    internal int TextLayers => 3;

    internal int Joint => 128;

    internal int Context => 77;

    internal int Heads(int width) => width / 64;
}
