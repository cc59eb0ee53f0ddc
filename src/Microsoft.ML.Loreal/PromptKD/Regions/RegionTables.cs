using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Training;
using Microsoft.ML.Loreal.Training.Data;

namespace Microsoft.ML.Loreal.PromptKD.Regions;

/// <summary>Finds the region table of a training in its folder, or makes it.</summary>
internal static class RegionTables
{
    /// <summary>Opens the table of a teacher, images and settings.</summary>
    /// <param name="table">The settings of the table.</param>
    /// <param name="plan">Which views the teacher is asked about, and at which temperature.</param>
    /// <param name="teacher">The teacher, asked only where there is no such table yet.</param>
    /// <param name="images">The training images, of known identity.</param>
    /// <param name="cancel">Looked at before every image.</param>
    /// <exception cref="InvalidDataException">The table that is there is damaged.</exception>
    public static RegionTable Open(
        RegionTableSettings table, TrainingPlan plan, PromptKDTeacher teacher, ILabeledImages images, CancellationToken cancel)
    {
        int kept = Math.Min(table.LabelsKept, teacher.ClassNames.Count);
        string digest = Digest(table.Seed, plan, teacher, images, kept);
        var header = new RegionTableHeader(images.Count, plan.ViewsPerImage, teacher.ClassNames.Count, kept, digest);
        string path = Path.Combine(Directory.CreateDirectory(table.FolderPath).FullName, header.FileName);
        if (!File.Exists(path))
        {
            new RegionTableBuilder(teacher, images, plan.MinimumCropArea, plan.Temperature, table.Seed).Write(path, header, cancel);
        }

        return new RegionTable(path, header);
    }

    private static string Digest(int seed, TrainingPlan plan, PromptKDTeacher teacher, ILabeledImages images, int kept) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new
        {
            Teacher = teacher.Digest,
            Images = images.Identity ?? throw new InvalidOperationException("A region table needs images of known identity."),
            plan.ViewsPerImage,
            plan.MinimumCropArea,
            plan.Temperature,
            Seed = seed,
            LabelsKept = kept,
        })));
}
