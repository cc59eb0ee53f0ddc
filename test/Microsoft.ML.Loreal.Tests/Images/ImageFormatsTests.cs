using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Images;

/// <summary>The accepted formats on their way from the trainer's options into a saved model and out of it.</summary>
[TestClass]
public sealed class ImageFormatsTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void TheTrainerRefusesWhatItsOptionLeavesOut()
    {
        LorealTrainer.Options options = Trained.Options();
        options.ImageFormats = ImageFormats.Gif;
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => _ml.MulticlassClassification.Trainers.Loreal(options).Fit(Paths()));
        StringAssert.Contains(error.Message, "ImageFormats accepts Gif");
    }

    [TestMethod]
    public void TheOptionIsTheTransformersAndIsSavedAndMayBeChanged()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Template();
        options.ImageFormats = ImageFormats.All & ~ImageFormats.Gif;
        using LorealTransformer transformer = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(_ml));
        Assert.AreEqual(options.ImageFormats, transformer.ImageFormats);
        byte[] gif = TestPictures.Encode<Rgb24>(new GifEncoder());
        IDataView data = _ml.Data.LoadFromEnumerable([new EncodedPhoto { Image = gif }]);
        _ml.Model.Save(transformer, data.Schema, folder["model.zip"]);
        using var loaded = (LorealTransformer)_ml.Model.Load(folder["model.zip"], out _);
        Assert.AreEqual(options.ImageFormats, loaded.ImageFormats);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => loaded.View(gif)).Message, "a GIF file");
        Assert.ThrowsExactly<InvalidDataException>(() => Rows.Scores(loaded.Transform(data)));
        loaded.ImageFormats = ImageFormats.Gif;
        using Data.MLImage view = loaded.View(gif);
        Assert.HasCount(1, Rows.Scores(loaded.Transform(data)));
    }

    [TestMethod]
    public void NoFormatAndUnknownOnesAreRefused()
    {
        foreach (ImageFormats formats in new[] { default, ImageFormats.All + 1, (ImageFormats)(-1) })
        {
            LorealTrainer.Options options = Template();
            options.ImageFormats = formats;
            ArgumentOutOfRangeException error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
                () => _ml.MulticlassClassification.Trainers.Loreal(options));
            StringAssert.Contains(error.Message, "ImageFormats");
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Loreal.ImageFormats = formats);
        }

        Assert.AreEqual(ImageFormats.All, Trained.Loreal.ImageFormats);
    }

    private IDataView Paths()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Trained.Photos);
        return _ml.Transforms.CopyColumns("Image", "ImagePath")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label")).Fit(data).Transform(data);
    }

    private static LorealTrainer.Options Template()
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = PromptMethod.Template();
        options.Attributes = null;
        return options;
    }
}
