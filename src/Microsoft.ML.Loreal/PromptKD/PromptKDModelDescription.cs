using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>What a PromptKD model is, without its tensors: the content of promptkd.json.</summary>
/// <param name="ClassNames">The classes that are scored.</param>
/// <param name="TeacherClassNames">The classes whose text features the model has.</param>
/// <param name="Resolution">The side of the images that are scored, in pixels.</param>
/// <param name="Student">The sizes of what was learned.</param>
/// <param name="BackboneSha256">The SHA-256 of the weights of the student's backbone.</param>
internal sealed record PromptKDModelDescription(
    IReadOnlyList<string> ClassNames, IReadOnlyList<string> TeacherClassNames, int Resolution, PromptKDStudentSettings Student, string BackboneSha256)
{
    private const int Version = 1;

    // Far more than any real model has; a damaged file must not decide how much memory is taken.
    private const int MostTokens = 4096;
    private const int MostFeatures = 1 << 16;

    /// <summary>Writes the description as JSON.</summary>
    public void Write(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        WriteNames("classNames", ClassNames);
        WriteNames("teacherClassNames", TeacherClassNames);
        writer.WriteNumber("resolution", Resolution);
        writer.WriteNumber("promptTokens", Student.Tokens);
        writer.WriteNumber("promptDepth", Student.Depth);
        writer.WriteNumber("featureWidth", Student.FeatureWidth);
        writer.WriteString("backboneSha256", BackboneSha256);
        writer.WriteEndObject();

        void WriteNames(string property, IReadOnlyList<string> names)
        {
            writer.WriteStartArray(property);
            foreach (var name in names)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The JSON is damaged, or written by a newer version.</exception>
    public static PromptKDModelDescription Read(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (Number("version") is not (>= 1 and <= Version) and var version)
            {
                throw new FormatException(
                    $"The model was saved in format {version}; this version of the package reads format {Version}. Load it with a newer version.");
            }

            return new PromptKDModelDescription(
                Names("classNames"),
                Names("teacherClassNames"),
                Number("resolution"),
                new PromptKDStudentSettings(Number("promptTokens"), Number("promptDepth"), Number("featureWidth")),
                root.GetProperty("backboneSha256").GetString()!);

            int Number(string name) => root.GetProperty(name).GetInt32();

            IReadOnlyList<string> Names(string name) => [.. root.GetProperty(name).EnumerateArray().Select(n => n.GetString()!)];
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
        if (!string.Equals(BackboneSha256, backbone.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException(
                $"The model was trained with a backbone whose weights have the SHA-256 {BackboneSha256}; the one given has {backbone.Sha256}. Use the same weights.");
        }

        try
        {
            Resolutions.Check(Resolution, backbone.Config, "resolution");
            TrainingChecks.AtLeast(Student.Tokens, 1, "promptTokens");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Student.Tokens, MostTokens, "promptTokens");
            TrainingChecks.AtLeast(Student.Depth, 1, "promptDepth");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Student.Depth, backbone.Config.VisionLayers, "promptDepth");
            TrainingChecks.AtLeast(Student.FeatureWidth, 1, "featureWidth");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Student.FeatureWidth, MostFeatures, "featureWidth");
            PromptKDModel.CheckClasses(ClassNames, TeacherClassNames);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The model's {PromptKDModel.DescriptionFile} is damaged: {e.Message}", e);
        }
    }
}
