using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests.PromptKD;

[TestClass]
public sealed class PromptKDTrainerTests
{
    [TestMethod]
    [DataRow(null)]
    [DataRow(2 * TinyClip.Patch)]
    public void TheStudentComesToAgreeWithTheTeacher(int? lowResolution)
    {
        PromptKDTrainer.Options options = Taught.Options();
        options.LowResolution = lowResolution;
        options.Stage.Epochs = 15;
        var epochs = new List<TrainingMetrics>();
        options.MetricsCallback = epochs.Add;
        using PromptKDTransformer student = Taught.Fit(options);
        Assert.HasCount(15, epochs);
        Assert.IsLessThan(0.5 * epochs[0].Loss, epochs[^1].Loss);
        Assert.IsTrue(epochs.All(epoch => Math.Abs(epoch.Loss - (100 * epoch.Losses[TrainingLosses.Distillation])) < 1e-3 * epoch.Loss));
        Assert.IsTrue(epochs.All(epoch => epoch.Losses.Count == 1 && epoch is { CrossEntropy: 0, HighLevelDistillation: 0 }));
        Assert.AreEqual(lowResolution ?? Taught.StudentBackbone.Config.ImageResolution, student.Resolution);

        IDataView data = Taught.Unlabeled(new MLContext(1));
        List<uint> expected = Rows.Read<uint>(Taught.Teacher.Transform(data), "PredictedLabel");
        List<uint> actual = Rows.Read<uint>(student.Transform(data), "PredictedLabel");
        Assert.IsGreaterThanOrEqualTo(0.8 * expected.Count, expected.Zip(actual).Count(pair => pair.First == pair.Second));
    }

    [TestMethod]
    public void ReloadedModelScoresTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Taught.Unlabeled(ml);
        ml.Model.Save(Taught.Student, data.Schema, folder["model.zip"]);
        using var reloaded = (PromptKDTransformer)new MLContext(2).Model.Load(folder["model.zip"], out _);
        List<float[]> expected = Rows.Scores(Taught.Student.Transform(data));
        Rows.AssertIdentical(expected, Rows.Scores(reloaded.Transform(data)));
        Assert.IsTrue(expected.All(scores => Math.Abs(scores.Sum() - 1) < 1e-5));
        CollectionAssert.AreEqual(Taught.Student.TeacherClassNames.ToArray(), reloaded.TeacherClassNames.ToArray());
        Assert.AreEqual(Taught.StudentBackbone.Sha256, reloaded.Backbone.Sha256);
    }

    [TestMethod]
    public void ItIsAStepOfAPipeline()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Data(ml);
        EstimatorChain<KeyToValueMappingTransformer> pipeline = ml.Transforms.CopyColumns("Image", "ImagePath")
            .Append(ml.MulticlassClassification.Trainers.PromptKD(Taught.Options()))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer model = pipeline.Fit(data);
        IDataView scored = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(model.Transform(data));
        List<string> predicted = [.. Rows.Read<ReadOnlyMemory<char>>(scored, "PredictedLabel").Select(value => value.ToString())];
        Assert.IsEmpty(predicted.Except(Pictures.ClassNames));
        using PredictionEngine<Photo, PhotoPrediction> engine = ml.Model.CreatePredictionEngine<Photo, PhotoPrediction>(model);
        Assert.AreEqual(predicted[3], engine.Predict(Trained.Photos[3]).PredictedLabel);
    }

    [TestMethod]
    public void OneSeedGivesEqualWeights()
    {
        IDataView data = Taught.Unlabeled(new MLContext(1));
        using PromptKDTransformer again = Taught.Fit(Taught.Options());
        Rows.AssertIdentical(Rows.Scores(Taught.Student.Transform(data)), Rows.Scores(again.Transform(data)));
        PromptKDTrainer.Options options = Taught.Options();
        options.Seed = 8;
        using PromptKDTransformer other = Taught.Fit(options);
        CollectionAssert.AreNotEqual(Rows.Scores(again.Transform(data))[0], Rows.Scores(other.Transform(data))[0]);
    }

    [TestMethod]
    public void EveryEpochCanHaveNewViews()
    {
        PromptKDTrainer.Options options = Taught.Options();
        options.ViewsPerImage = 0;
        var losses = new List<double>();
        options.MetricsCallback = metrics => losses.Add(metrics.Loss);
        using PromptKDTransformer student = Taught.Fit(options);
        Assert.HasCount(3, losses);
        Assert.IsTrue(losses.All(double.IsFinite));
    }

    [TestMethod]
    public void TheTeachersViewsCanBeKeptForOtherStudents()
    {
        using var folder = new TemporaryFolder();
        PromptKDTrainer.Options options = Taught.Options();
        options.FeatureCachePath = Directory.CreateDirectory(folder["cache"]).FullName;
        options.FeatureCacheMegabytes = 0;
        IDataView data = Taught.Unlabeled(new MLContext(1));
        for (int i = 0; i < 2; i++)
        {
            using PromptKDTransformer student = Taught.Fit(options);
            Rows.AssertIdentical(Rows.Scores(Taught.Student.Transform(data)), Rows.Scores(student.Transform(data)));
            Assert.HasCount(1, Directory.GetFiles(options.FeatureCachePath));
        }
    }

    [TestMethod]
    public void SomeOfTheTeachersClassesCanBeScored()
    {
        IDataView data = Taught.Unlabeled(new MLContext(1));
        string[] some = ["blue", "red"];
        using PromptKDTransformer two = Taught.Student.WithClasses(some);
        CollectionAssert.AreEqual(some, two.ClassNames.ToArray());
        List<float[]> all = Rows.Scores(Taught.Student.Transform(data));
        List<float[]> chosen = Rows.Scores(two.Transform(data));
        for (int row = 0; row < all.Count; row++)
        {
            float blue = all[row][Array.IndexOf(Pictures.ClassNames, "blue")];
            float red = all[row][Array.IndexOf(Pictures.ClassNames, "red")];
            Assert.AreEqual(blue / (blue + red), chosen[row][0], 1e-4f);
        }

        using PromptKDTransformer back = two.WithClasses(Pictures.ClassNames);
        Rows.AssertIdentical(all, Rows.Scores(back.Transform(data)));
    }

    [TestMethod]
    public void OtherClassesAreRefusedWithTheWayOut()
    {
        AssertMessage(
            Assert.ThrowsExactly<ArgumentException>(() => Taught.Student.WithClasses(["red", "purple"])), "\"purple\"", "ClassNames");
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => Taught.Student.WithClasses(["red", "red"])), "\"red\"", "twice");
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => Taught.Student.WithClasses(["red"])), "two");
        Assert.ThrowsExactly<ArgumentNullException>(() => Taught.Student.WithClasses(null!));
    }

    [TestMethod]
    public void AStudentCanLearnOtherClassesThanTheTeacherDid()
    {
        string[] names = ["red", "green", "blue", "purple"];
        PromptKDTrainer.Options options = Taught.Options();
        options.ClassNames = names;
        PromptKDTransformer student = Taught.Fit(options);
        using PromptKDTransformer two = student.WithClasses(["purple", "green"]);
        CollectionAssert.AreEqual(names, two.TeacherClassNames.ToArray());
        student.Dispose();
        Assert.IsTrue(Rows.Scores(two.Transform(Taught.Unlabeled(new MLContext(1)))).All(scores => scores.Length == 2));
        Assert.ThrowsExactly<ObjectDisposedException>(() => student.WithClasses(["red", "green"]));

        options.ClassNames = ["red", "RED"];
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => Taught.Fit(options)), "RED");
    }

    [TestMethod]
    public void AnyMethodCanTeach()
    {
        PromptKDTrainer.Options options = Taught.Options();
        foreach (PromptMethod method in new[] { PromptMethod.Template(), PromptMethod.CoOp(2, classSpecific: true) })
        {
            using LorealTransformer teacher = Taught.FitTeacher(method);
            options.Teacher = teacher;
            using PromptKDTransformer student = Taught.Fit(options);
            CollectionAssert.AreEqual(teacher.ClassNames.ToArray(), student.ClassNames.ToArray());
        }
    }

    [TestMethod]
    public void ATeacherThatCannotTeachIsRefused()
    {
        LorealTransformer disposed = Taught.Teacher.WithClasses(["a", "b"]);
        disposed.Dispose();
        PromptKDTrainer.Options options = Taught.Options();
        options.Teacher = disposed;
        Assert.ThrowsExactly<ObjectDisposedException>(() => Taught.Fit(options));

        options.Teacher = Trained.Loreal;
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => Taught.Fit(options)), "Teacher", "Attributes = null");
        options.Teacher = null;
        AssertMessage(Assert.ThrowsExactly<ArgumentNullException>(() => Taught.Fit(options)), "Teacher");
    }

    [TestMethod]
    public void SettingsOutOfTheirRangeAreNamed()
    {
        AssertOption("LowResolution", options => options.LowResolution = 20);
        AssertOption("PromptTokens", options => options.PromptTokens = 0);
        AssertOption("PromptDepth", options => options.PromptDepth = 3);
        AssertOption("PromptDepth", options => options.PromptDepth = 0);
        AssertOption("Temperature", options => options.Temperature = 0);
        AssertOption("DistillationWeight", options => options.DistillationWeight = float.NaN);
        AssertOption("FeatureCacheMegabytes", options => options.FeatureCacheMegabytes = -1);
        AssertOption("NegativePromptWeight", options => options.NegativePromptWeight = -1);
        AssertOption("Stage.BatchSize", options => options.Stage.BatchSize = 1);
        AssertOption("Stage.LearningRate", options => options.Stage.LearningRate = -1);
        AssertOption("Stage", options => options.Stage = null!);
        AssertOption("ViewsPerImage", options => options.ViewsPerImage = -1);
        AssertOption("MinimumCropArea", options => options.MinimumCropArea = 0);
        AssertOption("Device", options => options.Device = "gpu");
        AssertOption("ImageColumnName", options => options.ImageColumnName = "");
        AssertOption("ScoreColumnName", options => options.ScoreColumnName = "PredictedLabel");
        AssertOption("Backbone", options => options.Backbone = null!);

        static void AssertOption(string name, Action<PromptKDTrainer.Options> set)
        {
            PromptKDTrainer.Options options = Taught.Options();
            set(options);
            AssertMessage(
                Assert.Throws<ArgumentException>(() => new MLContext(1).MulticlassClassification.Trainers.PromptKD(options), name), name);
        }
    }

    [TestMethod]
    public void DataWithoutImagesIsRefused()
    {
        var ml = new MLContext(1);
        PromptKDTrainer trainer = ml.MulticlassClassification.Trainers.PromptKD(Taught.Teacher, backbone: Taught.StudentBackbone);
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(Trained.Data(ml))), "Image", "LoadImages");
        IDataView one = ml.Data.TakeRows(Taught.Unlabeled(ml), 1);
        AssertMessage(Assert.ThrowsExactly<ArgumentException>(() => trainer.Fit(one)), "1 image");
        Assert.IsTrue(trainer.GetOutputSchema(Shapes.Of(Taught.Unlabeled(ml).Schema)).Any(column => column.Name == "Score"));
    }

    [TestMethod]
    [DataRow("\"version\": 1", "\"version\": 2")]
    [DataRow("\"promptTokens\": 2", "\"promptTokens\": 2000000000")]
    [DataRow("\"promptDepth\": 2", "\"promptDepth\": 20")]
    [DataRow("\"featureWidth\": 24", "\"featureWidth\": -1")]
    [DataRow("\"featureWidth\": 24", "\"featureWidth\": 25")]
    [DataRow("\"resolution\": 32", "\"resolution\": 31")]
    [DataRow("\"backboneSha256\": \"", "\"backboneSha256\": \"0")]
    [DataRow("\"red\"", "\"purple\"")]
    [DataRow("{", "[")]
    public void ADescriptionThatCannotBeTrueIsRefused(string found, string put)
    {
        var files = new Dictionary<string, byte[]>();
        Taught.Student.Model.Save((name, write) =>
        {
            using var stream = new MemoryStream();
            write(stream);
            files[name] = stream.ToArray();
        });
        string description = Encoding.UTF8.GetString(files[PromptKDModel.DescriptionFile]);
        int at = description.IndexOf(found, StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, at, description);
        files[PromptKDModel.DescriptionFile] = Encoding.UTF8.GetBytes(description[..at] + put + description[(at + found.Length)..]);
        Exception error = Assert.Throws<Exception>(
            () => PromptKDModel.Load(Taught.StudentBackbone, torch.CPU, name => new MemoryStream(files[name])));
        Assert.IsTrue(error is FormatException or InvalidDataException, error.ToString());
    }

    private static void AssertMessage(Exception exception, params string[] parts)
    {
        foreach (string part in parts)
        {
            StringAssert.Contains(exception.Message, part);
        }
    }
}
