using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;

namespace Microsoft.ML.Loreal;

/// <summary>How the prompts that tell CLIP about the classes are made: the base method on which LOREAL builds.</summary>
/// <remarks>
/// A method is a description only: it holds settings and no tensors, so that one instance can serve many trainers.
/// </remarks>
public abstract partial class PromptMethod
{
    private protected PromptMethod()
    {
    }

    /// <summary>The name of the method, as it is stored in saved models.</summary>
    public abstract string Name { get; }

    /// <summary>The published training settings of the method.</summary>
    internal abstract StageSettings PublishedStage { get; }

    /// <summary>Whether the method has anything to learn.</summary>
    internal virtual bool Learns => true;

    /// <summary>Whether what is learned can prompt other classes than those it was trained for.</summary>
    internal virtual bool WorksForOtherClasses => true;

    /// <summary>Checks that a backbone is deep enough for the method, before anything is computed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not; the message names the valid range.</exception>
    internal virtual void Check(ClipConfig config)
    {
    }

    /// <summary>
    /// Makes what one student learns for these classes, with random starting values drawn from <paramref name="random"/>.
    /// </summary>
    /// <param name="model">The frozen CLIP that the learner prompts.</param>
    /// <param name="vocabulary">How text becomes tokens.</param>
    /// <param name="classNames">The class names as the user gave them.</param>
    /// <param name="attributeTokens">
    /// The number of tokens that attribute slots put after the start token; they need room in the context.
    /// </param>
    /// <param name="random">The source of the starting values.</param>
    internal abstract PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random);

    /// <summary>Writes the properties of the method into the open JSON object.</summary>
    internal abstract void WriteSettings(Utf8JsonWriter writer);

    /// <summary>The name and the settings of the method as one JSON object, for comparing methods.</summary>
    internal JsonObject Describe()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("name", Name);
            WriteSettings(writer);
            writer.WriteEndObject();
        }

        buffer.Position = 0;
        return JsonNode.Parse(buffer)!.AsObject();
    }
}
