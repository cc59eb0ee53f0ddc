using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>What a PromptKD model is, without its tensors: the content of promptkd.json.</summary>
/// <param name="ClassNames">The classes that are scored.</param>
/// <param name="TeacherClassNames">The classes whose text features the model has.</param>
/// <param name="Resolution">The side of the images that are scored, in pixels.</param>
/// <param name="Student">The sizes of what was learned.</param>
/// <param name="BackboneSha256">The SHA-256 of the weights of the student's backbone.</param>
/// <param name="Precision">In what the student's backbone computes.</param>
internal sealed record PromptKDModelDescription(
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<string> TeacherClassNames,
    int Resolution,
    PromptKDStudentSettings Student,
    string BackboneSha256,
    ComputePrecision Precision = ComputePrecision.Single)
{
    private const int Version = 1;

    // Far more than any real model has; a damaged file must not decide how much memory is taken.
    private const int MaxTokens = 4096;
    private const int MaxFeatures = 1 << 16;

    /// <summary>Writes the description as JSON.</summary>
    public void Write(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        DescriptionJson.WriteNames(writer, "classNames", ClassNames);
        DescriptionJson.WriteNames(writer, "teacherClassNames", TeacherClassNames);
        writer.WriteNumber("resolution", Resolution);
        writer.WriteNumber("promptTokens", Student.Tokens);
        writer.WriteNumber("promptDepth", Student.Depth);
        writer.WriteNumber("featureWidth", Student.FeatureWidth);
        writer.WriteString("backboneSha256", BackboneSha256);
        DescriptionJson.WritePrecision(writer, Precision);
        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The JSON is damaged, or written by a newer version.</exception>
    public static PromptKDModelDescription Read(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            JsonElement root = document.RootElement;
            DescriptionJson.CheckVersion(Number("version"), Version);
            return new PromptKDModelDescription(
                Names("classNames"),
                Names("teacherClassNames"),
                Number("resolution"),
                new PromptKDStudentSettings(Number("promptTokens"), Number("promptDepth"), Number("featureWidth")),
                root.GetProperty("backboneSha256").GetString()!,
                DescriptionJson.ReadPrecision(root));

            int Number(string name) => root.GetProperty(name).GetInt32();

            IReadOnlyList<string> Names(string name) => DescriptionJson.ReadNames(root.GetProperty(name));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"The model's {PromptKDModel.DescriptionFile} is damaged: {e.Message}", e);
        }
    }

    /// <summary>Checks what the description says before anything is made of it.</summary>
    /// <exception cref="FormatException">It cannot be true.</exception>
    /// <exception cref="InvalidDataException">The backbone is another one.</exception>
    public void Check(ClipBackbone backbone)
    {
        DescriptionJson.CheckBackbone(BackboneSha256, backbone);
        try
        {
            Resolutions.Check(Resolution, backbone.Config, "resolution");
            ArgumentOutOfRangeException.ThrowIfLessThan(Student.Tokens, 1, "promptTokens");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Student.Tokens, MaxTokens, "promptTokens");
            ArgumentOutOfRangeException.ThrowIfLessThan(Student.Depth, 1, "promptDepth");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Student.Depth, backbone.Config.VisionLayers, "promptDepth");
            ArgumentOutOfRangeException.ThrowIfLessThan(Student.FeatureWidth, 1, "featureWidth");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Student.FeatureWidth, MaxFeatures, "featureWidth");
            PromptKDModel.CheckClasses(ClassNames, TeacherClassNames);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The model's {PromptKDModel.DescriptionFile} is damaged: {e.Message}", e);
        }
    }
}
