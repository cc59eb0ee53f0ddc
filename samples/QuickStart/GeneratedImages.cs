using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>Writes pictures of the generated world as JPEG and PNG files, one folder per class.</summary>
internal static class GeneratedImages
{
    private const int TestPictures = 40;

    /// <summary>
    /// Draws the classes that the backbone has never seen combined: some shots of each base class, and test pictures of all.
    /// </summary>
    public static BaseToNewSplit Write(string folder, int shots, int seed)
    {
        var train = new List<LabeledImage>();
        var test = new List<LabeledImage>();
        for (int index = 0; index < World.Classes.Count; index++)
        {
            bool isBase = index < World.BaseClassCount;
            string name = World.Classes[index];
            int count = isBase ? shots + TestPictures : TestPictures;
            string classFolder = Directory.CreateDirectory(Path.Combine(folder, name.Replace(' ', '_'))).FullName;
            var files = Draw(classFolder, index, seed, count)
                .Select(file => new LabeledImage { ImagePath = file, Label = name })
                .ToList();
            test.AddRange(files[..TestPictures]);
            train.AddRange(files[TestPictures..]);
        }

        int baseTests = World.BaseClassCount * TestPictures;
        return new BaseToNewSplit(World.BaseClasses, World.NewClasses, train, test[..baseTests], test[baseTests..]);
    }

    private static List<string> Draw(string folder, int classIndex, int seed, int count)
    {
        var files = new List<string>(count);
        foreach ((int i, byte[] pixels) in World.Pictures(classIndex, seed, count).Index())
        {
            using var image = Image.LoadPixelData<Rgb24>(pixels, Painter.Side, Painter.Side);
            string file = Path.Combine(folder, $"{Path.GetFileName(folder)}_{i:00}{(i % 2 == 0 ? ".jpg" : ".png")}");
            if (i % 2 == 0)
            {
                image.SaveAsJpeg(file, new JpegEncoder { Quality = 95 });
            }
            else
            {
                image.SaveAsPng(file);
            }

            files.Add(file);
        }

        return files;
    }
}
