using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// CLIP: an image tower and a text tower with a joint feature space. All weights are frozen, in single precision but for the linear layers
/// of the blocks where another is asked for.
/// </summary>
internal sealed class ClipModel : nn.Module
{
    /// <summary>Builds the model from tensors by openai's names, which it takes over.</summary>
    public ClipModel(ClipConfig config, Device device, Func<string, Tensor> load, ComputePrecision precision = ComputePrecision.Single)
        : base("clip")
    {
        Config = config;
        Precision = precision;
        using DisposeScope scope = NewDisposeScope();
        Visual = new VisionTransformer(config, Load, precision.Type());
        Text = new TextTransformer(config, Load, precision.Type());
        using Tensor logitScale = load("logit_scale");
        LogitScale = MathF.Exp(logitScale.ToSingle());
        register_module("visual", Visual);
        register_module("text", Text);
        foreach (Tensor parameter in parameters())
        {
            // The model outlives whatever scope it is created in.
            parameter.DetachFromDisposeScope();
        }

        eval();

        Tensor Load(string name) => load(name).to(device);
    }

    public ClipConfig Config { get; }

    /// <summary>In what the linear layers and the attention of the blocks compute.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device => Text.PositionalEmbedding.device;

    public VisionTransformer Visual { get; }

    public TextTransformer Text { get; }

    /// <summary>What the cosine of an image's and a text's features is multiplied with to give a logit.</summary>
    public float LogitScale { get; }

    /// <summary>Normalized pixels [B, 3, H, H], H any multiple of the patch -> features [B, J], not normalized.</summary>
    public Tensor EncodeImage(Tensor pixels) => Visual.Forward(pixels);

    /// <summary>Tokens [N, L] with zeros after the end, L at most the context -> features [N, J], not normalized.</summary>
    public Tensor EncodeText(Tensor tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embeddings = Text.Embed(tokens);
        // Zeros follow the end of text, whose id need not be the largest: tokens can have been added. [N, L] * [L] -> [N]
        Tensor eot = (tokens.ne(0) * arange(tokens.shape[1], ScalarType.Int64, tokens.device)).amax([1]);
        long length = eot.max().ToInt64() + 1;
        return Text.Forward(embeddings.narrow(1, 0, length), eot).MoveToOuterDisposeScope();
    }
}
