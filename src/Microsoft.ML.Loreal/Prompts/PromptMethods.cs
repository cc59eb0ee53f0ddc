using System.Text.Json;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

/// <content>The list of methods.</content>
public abstract partial class PromptMethod
{
    /// <summary>
    /// CoOp: a context of learned vectors stands before, around or after the class name.
    /// </summary>
    /// <param name="contextTokens">
    /// The number of learned vectors, at least 1. Default 16. With <paramref name="initialText"/> its number of tokens is taken instead.
    /// </param>
    /// <param name="position">Where the class name stands. Default: after the context.</param>
    /// <param name="classSpecific">
    /// Whether every class learns its own context. Default false. Such a model cannot score other classes than those it was trained for.
    /// </param>
    /// <param name="initialText">
    /// Words whose embeddings the context starts from, for instance "a photo of a". Default (null): normal noise with standard deviation
    /// 0.02.
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="contextTokens"/> is less than 1, or <paramref name="position"/> is not defined.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="initialText"/> is blank.</exception>
    public static PromptMethod CoOp(
        int contextTokens = 16,
        ClassNamePosition position = ClassNamePosition.End,
        bool classSpecific = false,
        string? initialText = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextTokens, 1);
        if (!Enum.IsDefined(position))
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, "Expected End, Middle or Front.");
        }

        if (initialText is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ClassTokens.Words(initialText), nameof(initialText));
        }

        return new CoOpMethod(contextTokens, position, classSpecific, initialText);
    }

    /// <summary>
    /// MaPLe (Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023): n vectors are learned in front of the class name, and
    /// others that take their place before each of the next blocks of the text tower; a learned linear map of every one of them stands at
    /// the end of the image tower's tokens before the same block.
    /// </summary>
    /// <param name="contextTokens">n, at least 1. Default 2.</param>
    /// <param name="depth">
    /// J, the number of blocks that get learned tokens, from the first one on; at least 1, at most the layers of the less deep tower, which
    /// the trainer checks. Default (null): 9 of 12 layers, as published; of fewer layers three quarters, rounded; never more than 9.
    /// </param>
    /// <param name="initialText">
    /// The words before the class name. The context starts from the embeddings of the first n of their tokens and takes their place; the
    /// others stay as they are. Default "a photo of a". Null, or fewer than n tokens: the context starts from normal noise with standard
    /// deviation 0.02 and there are no other words.
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="contextTokens"/> or <paramref name="depth"/> is less than 1.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="initialText"/> is blank or contains {}.</exception>
    public static PromptMethod MaPLe(int contextTokens = 2, int? depth = null, string? initialText = "a photo of a")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextTokens, 1);
        if (depth < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth is at least 1.");
        }

        if (initialText is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ClassTokens.Words(initialText), nameof(initialText));
            if (initialText.Contains("{}", StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"The initial text \"{initialText}\" contains {{}}; give only the words before the class name.", nameof(initialText));
            }
        }

        return new MaPLeMethod(contextTokens, depth, initialText);
    }

    /// <summary>
    /// MMA (Yang et al., "MMA: Multi-Modal Adapter for Vision-Language Models", CVPR 2024): beside each of the upper blocks of both towers
    /// stands an adapter, x' = block(x) + s up(relu(shared(relu(down(ln_1(x)))))), whose middle projection both towers share.
    /// </summary>
    /// <param name="firstLayer">
    /// The first layer with an adapter, counted from 1; 0 adds one before the first block. Default (null): the uppermost two thirds of the
    /// layers, as published (5 to 12 of 12). Towers of different depth have adapters at the same numbers.
    /// </param>
    /// <param name="lastLayer">The last layer with an adapter. Default (null): the last of the less deep tower.</param>
    /// <param name="adapterWidth">r, the width of the adapters, at least 1. Default 32.</param>
    /// <param name="scale">s, above 0. Default 0.001.</param>
    /// <param name="template">
    /// The prompt, with {} where the class name goes. Default "a photo of a {}.", which is the published one for all data sets.
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is outside of its range. Layers that the backbone does not have are found by the trainer.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Mma(
        int? firstLayer = null, int? lastLayer = null, int adapterWidth = 32, float scale = 0.001f, string template = "a photo of a {}.")
    {
        var layers = new LayerRange(firstLayer, lastLayer);
        layers.Check(0);
        ArgumentOutOfRangeException.ThrowIfLessThan(adapterWidth, 1);
        if (!(scale > 0 && float.IsFinite(scale)))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be a finite number above 0.");
        }

        CheckTemplate(template);
        return new MmaMethod(layers, adapterWidth, scale, template);
    }

    /// <summary>
    /// MMRL (Guo and Gu, "MMRL: Multi-Modal Representation Learning for Vision-Language Models", CVPR 2025): n learned tokens of a space
    /// that both towers share are mapped to the width of each tower and layer and stand right after the first token of the upper blocks.
    /// Beside CLIP's image feature they give a second one. The classes of the training are scored with both, others (<c>WithClasses</c>)
    /// with the first alone.
    /// </summary>
    /// <param name="firstLayer">
    /// The first layer that sees the tokens, counted from 1. Default (null): the uppermost 7 of 12 layers, as published (6 to 12), and of
    /// towers of another depth the same share. In towers of different depth it is the same number.
    /// </param>
    /// <param name="lastLayer">
    /// The last layer before which the tokens are set anew; later ones keep what flows through. Default (null): the last of the less deep
    /// tower.
    /// </param>
    /// <param name="representationTokens">n, at least 1. Default 5.</param>
    /// <param name="representationWidth">The width of the shared space, at least 1. Default 512 (published: 2048 for EuroSAT).</param>
    /// <param name="balance">
    /// alpha in [0, 1], the weight of the first feature's logits and loss; the second one's is 1 - alpha. Default 0.7.
    /// </param>
    /// <param name="regularization">
    /// lambda, at least 0: the weight of the cosine distances of image and text features from the untouched CLIP's. Default 0.5, the
    /// published one for ImageNet and Caltech-101; those of other data sets go from 0.01 (EuroSAT) to 7 (Stanford Cars).
    /// </param>
    /// <param name="template">The prompt, with {} where the class name goes. Default "a photo of a {}.".</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is outside of its range. Layers that the backbone does not have are found by the trainer.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Mmrl(
        int? firstLayer = null,
        int? lastLayer = null,
        int representationTokens = 5,
        int representationWidth = 512,
        float balance = 0.7f,
        float regularization = 0.5f,
        string template = "a photo of a {}.")
    {
        var layers = new LayerRange(firstLayer, lastLayer);
        layers.Check(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(representationTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(representationWidth, 1);
        if (!(balance is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(balance), balance, "The balance must be in [0, 1].");
        }

        if (!(regularization >= 0 && float.IsFinite(regularization)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(regularization), regularization, "The regularization must be a finite number, at least 0.");
        }

        CheckTemplate(template);
        return new MmrlMethod(layers, representationTokens, representationWidth, balance, regularization, template);
    }

    /// <summary>
    /// Independent vision-language prompting, the prompts of PromptSRC and of PromptKD's published teachers, here trained with the
    /// cross-entropy alone: learned tokens in both towers that have nothing to do with each other, and others in their place before the
    /// next blocks.
    /// </summary>
    /// <param name="textTokens">
    /// The learned tokens of the text tower, at least 1 and at most the tokens of <paramref name="initialText"/>. Default 4.
    /// </param>
    /// <param name="imageTokens">The learned tokens of the image tower, at least 1. Default 4.</param>
    /// <param name="textDepth">The text blocks that have their own, from the first on. Default 9.</param>
    /// <param name="imageDepth">The image blocks that have their own, from the first on. Default 9.</param>
    /// <param name="initialText">
    /// The words before the class name; the text tokens start from the first of them and take their place, the others stay. Default "a
    /// photo of a".
    /// </param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="initialText"/> is blank.</exception>
    public static PromptMethod IndependentPrompts(
        int textTokens = 4, int imageTokens = 4, int textDepth = 9, int imageDepth = 9, string initialText = "a photo of a")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(textTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(textDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageDepth, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(initialText);
        return new IndependentPromptsMethod(
            new IndependentPromptsSettings(textTokens, imageTokens, textDepth, imageDepth, ClassTokens.Words(initialText)));
    }

    /// <summary>
    /// A hand-written prompt: zero-shot CLIP. Nothing is learned, so it is used with <c>Attributes = null</c>.
    /// </summary>
    /// <param name="template">The prompt, with {} where the class name goes. Default "a photo of a {}.".</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException"><paramref name="template"/> does not contain {}.</exception>
    public static PromptMethod Template(string template = "a photo of a {}.")
    {
        CheckTemplate(template);
        return new TemplateMethod(template);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod ReadSettings(string name, JsonElement settings) => name switch
    {
        CoOpMethod.MethodName => CoOpMethod.Read(settings),
        MaPLeMethod.MethodName => MaPLeMethod.Read(settings),
        MmaMethod.MethodName => MmaMethod.Read(settings),
        MmrlMethod.MethodName => MmrlMethod.Read(settings),
        TemplateMethod.MethodName => TemplateMethod.Read(settings),
        IndependentPromptsMethod.MethodName => IndependentPromptsMethod.Read(settings),
        _ => throw new FormatException($"The model uses the prompt method \"{name}\", which this version of the package does not know."),
    };

    /// <summary>Checks that there is a place for the class name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    private static void CheckTemplate(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (!template.Contains("{}", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The template \"{template}\" has no {{}} where the class name goes; write for instance \"a photo of a {{}}.\".",
                nameof(template));
        }
    }
}
