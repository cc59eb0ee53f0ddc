namespace Microsoft.ML.Loreal;

/// <summary>
/// A region lookup table (FDBPL): what the teacher says about random regions of the training images, computed once and kept in a file that
/// trainings share. The next student of the same teacher, images and classes never asks the teacher's image tower at all.
/// </summary>
/// <remarks>
/// A row is a crop box, whether it is mirrored, and the teacher's K most probable classes with their probabilities: 17 + 6 K bytes,
/// whatever the sizes of the models and of the images. The file is mapped into memory, not read. Its name depends on everything that
/// decides its content, so that a table of other settings or data is made anew beside it.
/// </remarks>
public sealed class RegionTableOptions
{
    /// <summary>The folder of the tables; made where it is missing. Several trainings may use it at once. Required.</summary>
    public string FolderPath { get; set; } = "";

    /// <summary>K, the classes whose probabilities are kept of every region, at least 1; all where there are fewer. Default 10.</summary>
    public int LabelsKept { get; set; } = 10;

    /// <summary>
    /// What takes the place of the others. It is applied in training: one table serves both. Default: marginal smoothing.
    /// </summary>
    public LabelSparsification Sparsification { get; set; } = LabelSparsification.MarginalSmoothing;

    /// <summary>The seed of the regions. Default 0. It is not the trainer's, so that trainings with other seeds share the table.</summary>
    public int Seed { get; set; }
}
