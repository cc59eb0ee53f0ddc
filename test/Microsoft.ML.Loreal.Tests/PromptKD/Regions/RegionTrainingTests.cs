namespace Microsoft.ML.Loreal.Tests.PromptKD.Regions;

/// <summary>Students that learn from a region table.</summary>
[TestClass]
public sealed class RegionTrainingTests
{
    [TestMethod]
    [DataRow(LabelSparsification.MarginalSmoothing)]
    [DataRow(LabelSparsification.MarginalRenorm)]
    public void ATableOfAllLabelsTeachesWhatTheTeacherDoes(LabelSparsification sparsification)
    {
        using var folder = new TemporaryFolder();
        var exact = new List<double>();
        PromptKDTrainer.Options options = Taught.Options();
        options.MetricsCallback = metrics => exact.Add(metrics.Loss);
        using PromptKDTransformer expected = Taught.Fit(options);

        var looked = new List<double>();
        options.Regions = new RegionTableOptions
        {
            FolderPath = folder["tables"],
            Sparsification = sparsification,
            Seed = options.Seed!.Value,
        };
        options.MetricsCallback = metrics => looked.Add(metrics.Loss);
        using PromptKDTransformer student = Taught.Fit(options);
        for (int epoch = 0; epoch < exact.Count; epoch++)
        {
            Assert.AreEqual(exact[epoch], looked[epoch], 1e-3 * exact[epoch]);
        }
    }

    [TestMethod]
    public void TrainingsShareATableAndMakeItOnce()
    {
        using var folder = new TemporaryFolder();
        PromptKDTrainer.Options options = Taught.Options();
        options.Regions = new RegionTableOptions { FolderPath = folder["tables"], LabelsKept = 1 };
        using (Taught.Fit(options))
        {
        }

        string file = Directory.GetFiles(folder["tables"]).Single();
        Assert.AreEqual(RegionTableHeader.Length + (Trained.Photos.Count * 2 * 23), new FileInfo(file).Length);
        DateTime made = File.GetLastWriteTimeUtc(file);

        // Another seed, other sizes, other epochs and the other sparsification: the same table.
        options.Seed = 100;
        options.PromptTokens = 1;
        options.LowResolution = 2 * TinyClip.Patch;
        options.Regions.Sparsification = LabelSparsification.MarginalRenorm;
        using (Taught.Fit(options))
        {
        }

        Assert.AreEqual(file, Directory.GetFiles(folder["tables"]).Single());
        Assert.AreEqual(made, File.GetLastWriteTimeUtc(file));

        // Other labels are another table.
        options.Regions.LabelsKept = 2;
        using (Taught.Fit(options))
        {
        }

        Assert.HasCount(2, Directory.GetFiles(folder["tables"]));
    }

    [TestMethod]
    public void ATableThatCannotBeMadeLeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        using var teacher = PromptKDTeacher.Of(Taught.Teacher.Model, Taught.Teacher.ClassNames);
        var builder = new RegionTableBuilder(teacher, new Training.GeneratedImages(3, 4), 0.5f, 1, 1);
        Directory.CreateDirectory(folder["tables"]);
        Assert.Throws<OperationCanceledException>(() => builder.Write(
            Path.Combine(folder["tables"], "table"), new RegionTableHeader(12, 2, 3, 2, new string('a', 64)), cancel.Token));
        Assert.IsEmpty(Directory.GetFiles(folder["tables"]));
    }

    [TestMethod]
    public void ATrainingThatWasCutOffGoesOnWithItsTable()
    {
        using var folder = new TemporaryFolder();
        PromptKDTrainer.Options options = Taught.Options();
        options.Regions = new RegionTableOptions { FolderPath = folder["tables"] };
        using PromptKDTransformer whole = Taught.Fit(options);

        options.WorkspacePath = folder["workspace"];
        options.MetricsCallback = metrics => _ = metrics.Epoch == 2 ? throw new TimeoutException() : 0;
        Assert.ThrowsExactly<TimeoutException>(() => Taught.Fit(options));
        var epochs = new List<int>();
        options.MetricsCallback = metrics => epochs.Add(metrics.Epoch);
        using PromptKDTransformer resumed = Taught.Fit(options);
        CollectionAssert.AreEqual(new[] { 3 }, epochs);
        IDataView data = Taught.Unlabeled(new MLContext(1));
        Rows.AssertIdentical(Rows.Scores(whole.Transform(data)), Rows.Scores(resumed.Transform(data)));

        epochs.Clear();
        using PromptKDTransformer again = Taught.Fit(options);
        Assert.IsEmpty(epochs);
        Rows.AssertIdentical(Rows.Scores(whole.Transform(data)), Rows.Scores(again.Transform(data)));

        options.Temperature = 2;
        Assert.Contains("Temperature", Assert.ThrowsExactly<InvalidOperationException>(() => Taught.Fit(options)).Message);
    }

    [TestMethod]
    public void SettingsOutOfTheirRangeAreNamed()
    {
        AssertOption("Regions.FolderPath", options => options.Regions = new RegionTableOptions());
        AssertOption("Regions.LabelsKept", options => options.Regions!.LabelsKept = 0);
        AssertOption("Regions.Sparsification", options => options.Regions!.Sparsification = (LabelSparsification)5);
        AssertOption("ViewsPerImage", options => options.ViewsPerImage = 0);
        AssertOption("WorkspacePath", options => options.WorkspacePath = " ");
        AssertOption("CheckpointInterval", options => options.CheckpointInterval = TimeSpan.FromSeconds(-1));

        static void AssertOption(string name, Action<PromptKDTrainer.Options> set)
        {
            PromptKDTrainer.Options options = Taught.Options();
            options.Regions = new RegionTableOptions { FolderPath = "tables" };
            set(options);
            Assert.Contains(
                name,
                Assert.Throws<ArgumentException>(() => new MLContext(1).MulticlassClassification.Trainers.PromptKD(options), name).Message);
        }
    }
}
