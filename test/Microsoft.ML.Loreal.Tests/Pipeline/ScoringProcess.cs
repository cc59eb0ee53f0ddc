using System.Reflection;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>This program as a process of its own that loads a saved model and writes its scores, bit by bit.</summary>
internal static class ScoringProcess
{
    public const string Verb = "score-saved-model";

    private static readonly bool _ownHost = Path.GetFileNameWithoutExtension(
        Environment.ProcessPath) == Assembly.GetExecutingAssembly().GetName().Name;

    public static string Host => _ownHost ? Environment.ProcessPath! : "dotnet";

    public static string[] HostArguments => _ownHost ? [] : [Assembly.GetExecutingAssembly().Location];

    public static int Run(string model, string names, string output)
    {
        var ml = new MLContext();
        List<Photo> photos = [.. File.ReadLines(names).Select(name => new Photo { FileName = name })];
        ITransformer transformer = ml.Model.Load(model, out _);
        WriteScores(output, Rows.Scores(transformer.Transform(ml.Data.LoadFromEnumerable(photos))));
        return 0;
    }

    public static void WriteScores(string path, IEnumerable<float[]> scores) =>
        File.WriteAllLines(
            path,
            scores.Select(
                row =>
                    string.Join(' ', row.Select(value => BitConverter.SingleToInt32Bits(value).ToString(CultureInfo.InvariantCulture)))));

    public static List<float[]> ReadScores(string path) =>
        [
            .. File.ReadLines(path)
                .Select(line => line.Split(' ').Select(bits => int.Parse(bits, CultureInfo.InvariantCulture)))
                .Select(bits => bits.Select(BitConverter.Int32BitsToSingle).ToArray()),
        ];
}
