using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Tests.Images;
using Microsoft.ML.Transforms.Image;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.MLNet;

[TestClass]
public sealed class ImageLoadingTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly MLContext _ml = new(seed: 1);

    [TestInitialize]
    public void WritePictures()
    {
        byte[] png = TestPictures.Encode<Rgb24>(new PngEncoder());
        File.WriteAllBytes(Path.Combine(_folder, "first.png"), png);
        File.WriteAllBytes(Path.Combine(_folder, "second.png"), png);
        File.WriteAllText(Path.Combine(_folder, "empty.png"), "");
        File.WriteAllText(Path.Combine(_folder, "text.png"), "no picture");
    }

    [TestCleanup]
    public void DeletePictures() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void EachRowGetsItsImageAndDisposesTheOneBefore()
    {
        IDataView data = Load("first.png", "second.png");
        DataViewSchema.Column column = data.Schema["Image"];
        Assert.IsTrue(new ImageDataViewType().Equals(column.Type));

        var images = new List<MLImage>();
        using (DataViewRowCursor cursor = data.GetRowCursor([column]))
        {
            ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(column);
            MLImage image = null!;
            while (cursor.MoveNext())
            {
                getter(ref image);
                Assert.AreEqual((TestPictures.Width, TestPictures.Height), (image.Width, image.Height));
                images.Add(image);
            }
            Assert.HasCount(2, images);
            Assert.AreEqual(Path.Combine(_folder, "second.png"), images[1].Tag);
            Assert.ThrowsExactly<InvalidOperationException>(() => images[0].Width);
        }
        // The cursor disposes the last one that it gave out.
        Assert.ThrowsExactly<InvalidOperationException>(() => images[1].Width);
    }

    [TestMethod]
    public void FilesAreTouchedOnlyWhenTheirImagesAreRead()
    {
        IDataView data = Load("first.png", "absent.png", "text.png");
        CollectionAssert.AreEqual(
            new[] { "first.png", "absent.png", "text.png" },
            data.GetColumn<string>("ImagePath").ToArray());
    }

    [TestMethod]
    public void MissingOrDamagedFileIsReported()
    {
        Assert.ThrowsExactly<FileNotFoundException>(() => ReadImages(Load("absent.png")));
        Assert.ThrowsExactly<ArgumentException>(() => ReadImages(Load("text.png")));
        Assert.ThrowsExactly<ArgumentException>(() => ReadImages(Load("empty.png")));
    }

    [TestMethod]
    public void RowWithoutNameHasNoImage()
    {
        Assert.IsNull(ReadImages(Load("")).Single());
    }

    [TestMethod]
    public void PathMayBeAbsoluteOrRelativeToTheFolder()
    {
        string absolute = Path.Combine(_folder, "first.png");
        Assert.IsNotNull(ReadImages(Load(absolute)).Single());
        IDataView data = _ml.Data.LoadFromEnumerable([new Row { ImagePath = absolute }]);
        IDataView loaded = _ml.Transforms.LoadImages("Image", null, "ImagePath").Fit(data).Transform(data);
        Assert.IsNotNull(ReadImages(loaded).Single());
    }

    [TestMethod]
    public void PictureOfTheUsersGoesThroughAPipelineAsAColumn()
    {
        using var picture = MLImage.CreateFromFile(Path.Combine(_folder, "first.png"));
        IDataView data = _ml.Data.LoadFromEnumerable([new PictureRow { Image = picture }]);
        Assert.IsTrue(new ImageDataViewType(TestPictures.Height, TestPictures.Width).Equals(data.Schema["Image"].Type));
        Assert.AreSame(picture, ReadImages(data, keep: true).Single());
    }

    private IDataView Load(params string[] names)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(names.Select(static name => new Row { ImagePath = name }));
        return _ml.Transforms.LoadImages("Image", _folder, "ImagePath").Fit(data).Transform(data);
    }

    private static List<MLImage?> ReadImages(IDataView data, bool keep = false)
    {
        DataViewSchema.Column column = data.Schema["Image"];
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(column);
        var images = new List<MLImage?>();
        while (cursor.MoveNext())
        {
            MLImage image = null!;
            getter(ref image);
            images.Add(image);
            if (!keep)
            {
                image?.Dispose();
            }
        }
        return images;
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class PictureRow
    {
        [ImageType(TestPictures.Height, TestPictures.Width)]
        public MLImage? Image { get; set; }
    }
}
