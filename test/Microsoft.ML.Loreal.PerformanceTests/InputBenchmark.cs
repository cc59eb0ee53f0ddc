namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// What one picture costs on its way to the tower, read, decoded, resized, normalized: processor time, which a loaded machine stretches
/// less than wall time.
/// </summary>
internal static class InputBenchmark
{
    private const int Runs = 15;
    private const int PhotographWidth = 1600;
    private const int PhotographHeight = 1200;

    public static void Run()
    {
        using var folder = new TemporaryFolder();
        List<string> paths = JpegFolder.Write(folder.Path, 64, 2).ConvertAll(photo => photo.ImagePath);
        var table = new Comparison("One JPEG of 300 x 200, processor time", "cost", "all of it");
        var decoder = new ImageDecoder(long.MaxValue);
        List<RgbImage> images = paths.ConvertAll(path => new PathCell(path).Decode(decoder));
        ImageProcessor processor = ClipBackbone.Default.ImageProcessor;
        (int small, int middle, int whole) =
            (BenchmarkModel.Default.LowResolution, BenchmarkModel.VitB16.LowResolution, BenchmarkModel.VitB16.Config.ImageResolution);
        foreach (int side in new[] { small, middle, whole })
        {
            byte[] levels = new byte[3 * side * side];
            float[] values = new float[3 * side * side];
            Timing all = Each(i =>
            {
                using RgbImage image = new PathCell(paths[i]).Decode(decoder);
                processor.Evaluate(image, side, values);
            });
            table.Add($"{side} px, read", Each(i => File.ReadAllBytes(paths[i])), all);
            table.Add($"{side} px, read and decoded", Each(i => new PathCell(paths[i]).Decode(decoder).Dispose()), all);
            table.Add($"{side} px, resized to levels", Each(i => processor.EvaluatePixels(images[i], side, levels)), all);
            table.Add($"{side} px, resized and normalized", Each(i => processor.Evaluate(images[i], side, values)), all);
            table.Add(
                $"{side} px, random view of the decoded", Each(i => processor.Augment(images[i], side, 0.08f, new Random(i), values)), all);
        }

        string photograph = Path.Combine(folder.Path, "photograph.jpg");
        JpegFolder.WritePhotograph(photograph, PhotographWidth, PhotographHeight);
        paths = [photograph];
        var large = new Comparison(
            $"One JPEG of {PhotographWidth} x {PhotographHeight}, processor time", "decoded at a reduced scale", "whole");
        foreach (int side in new[] { small, middle })
        {
            float[] values = new float[3 * side * side];
            var reducing = new ImageDecoder(long.MaxValue, side);
            large.Add($"{side} px, all of it", Each(_ => Evaluate(reducing)), Each(_ => Evaluate(decoder)));

            void Evaluate(ImageDecoder with)
            {
                using RgbImage image = new PathCell(photograph).Decode(with);
                processor.Evaluate(image, side, values);
            }
        }

        Timing Each(Action<int> work)
        {
            Pass(); // The compiler has warmed up to the code only after some calls.
            Pass();
            return Timing.Of([.. Enumerable.Range(0, Runs).Select(_ => Pass() / paths.Count)]);

            double Pass()
            {
                TimeSpan start = Environment.CpuUsage.TotalTime;
                for (int i = 0; i < paths.Count; i++)
                {
                    work(i);
                }

                return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            }
        }
    }
}
