using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The files of a backbone that has no configuration, with the one that was inferred and asked for.</summary>
internal sealed class ConfiguredBackboneFiles(IBackboneFiles files, ClipConfig config) : IBackboneFiles
{
    private readonly byte[] _config = Write(config);

    public string Description => files.Description;

    public IEnumerable<string> Names => [.. files.Names, BackboneContents.ConfigFile];

    public bool Exists(string name) => name == BackboneContents.ConfigFile || files.Exists(name);

    public Stream Open(string name) =>
        name == BackboneContents.ConfigFile ? new MemoryStream(_config, writable: false) : files.Open(name);

    public string Sha256(string name) => files.Sha256(name);

    public void Verify(string name)
    {
        if (name != BackboneContents.ConfigFile)
        {
            files.Verify(name);
        }
    }

    /// <summary>As Hugging Face's config.json.</summary>
    private static byte[] Write(ClipConfig config) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        model_type = "clip",
        projection_dim = config.EmbedDimension,
        vision_config = new
        {
            image_size = config.ImageResolution,
            patch_size = config.PatchSize,
            hidden_size = config.VisionWidth,
            intermediate_size = 4 * config.VisionWidth,
            num_attention_heads = config.VisionHeads,
            num_hidden_layers = config.VisionLayers,
            hidden_act = Name(config.VisionActivation),
        },
        text_config = new
        {
            hidden_size = config.TextWidth,
            intermediate_size = 4 * config.TextWidth,
            num_attention_heads = config.TextHeads,
            num_hidden_layers = config.TextLayers,
            max_position_embeddings = config.ContextLength,
            vocab_size = config.VocabularySize,
            hidden_act = Name(config.TextActivation),
        },
    });

    private static string Name(ClipActivation activation) => activation == ClipActivation.Gelu ? "gelu" : "quick_gelu";
}
