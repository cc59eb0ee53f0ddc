using System.Globalization;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments(string Out, int Steps, int Seed, int Examinations, int Threads, string? Pictures, string? Score)
{
    internal const string Usage =
        """
        TrainBackbone [--out FOLDER] [--steps N] [--seed N] [--examinations N] [--threads N]
            trains the backbone and writes config.json, vocab.json, merges.txt and model.safetensors into FOLDER.
            FOLDER.checkpoint beside it lets the same command go on after an interruption; it is deleted at the end.
        TrainBackbone --pictures FILE.png [--seed N]
            draws two pictures of each of the 48 classes into one file.
        TrainBackbone --score FOLDER
            measures the backbone in a folder that it has written before.
        """;

    internal static Arguments Parse(string[] arguments)
    {
        var result = new Arguments("backbone", 3800, 1, 25, 0, null, null);
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new ArgumentException($"{arguments[i]} needs a value.\n{Usage}");
            result = arguments[i] switch
            {
                "--out" => result with { Out = value },
                "--steps" => result with { Steps = Number(value, 1) },
                "--seed" => result with { Seed = Number(value, 0) },
                "--examinations" => result with { Examinations = Number(value, 1) },
                "--threads" => result with { Threads = Number(value, 1) },
                "--score" => result with { Score = value },
                "--pictures" => result with { Pictures = value },
                _ => throw new ArgumentException($"Unknown option {arguments[i]}.\n{Usage}"),
            };
        }
        return result;
    }

    private static int Number(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new ArgumentException($"'{text}' is not a whole number of at least {least}.\n{Usage}");
}
