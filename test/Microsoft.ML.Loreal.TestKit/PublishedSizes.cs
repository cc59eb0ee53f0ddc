namespace Microsoft.ML.Loreal.TestKit;

/// <summary>The sizes of published models.</summary>
internal static class PublishedSizes
{
    /// <summary>OpenAI's ViT-B/16.</summary>
    public static ClipConfig VitB16 { get; } = new()
    {
        ImageResolution = 224,
        PatchSize = 16,
        VisionWidth = 768,
        VisionHeads = 12,
        VisionLayers = 12,
        TextWidth = 512,
        TextHeads = 8,
        TextLayers = 12,
        EmbedDimension = 512,
        ContextLength = 77,
        VocabularySize = 49408,
    };
}
