using System.Diagnostics;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

[TestClass]
public sealed class KilledTrainingTests
{
    // A kill leaves a training at most four epochs and the begun fifth one further, so that it never comes to its end before the last kill.
    private const int MostEpochs = 4;
    private const int KillsOfATraining = ((3 * TrainingProcess.Epochs) - 1) / (MostEpochs + 1);

    /// <summary>The kills of each row; the variable asks for more than a test run should take.</summary>
    private static readonly int _kills = int.Parse(Environment.GetEnvironmentVariable("LOREAL_KILLS") ?? "6", CultureInfo.InvariantCulture);

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow(0, DisplayName = "a checkpoint after every epoch")]
    [DataRow(1, DisplayName = "a checkpoint after every step")]
    public void KilledAnywhereTheSameCallEndsWithTheSameWeights(int intervalTicks)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("The exit code of a killed process is that of Linux and macOS.");
        }

        using var folder = new TemporaryFolder();
        TrainingProcess.Prepare(folder.Path);
        byte[] whole = TrainingProcess.WholeWeights(folder.Path);
        string halfWritten = Path.Combine(folder["workspace"], "checkpoint.safetensors.tmp");
        var random = new Random(intervalTicks);
        (int kills, int trainings, int halves) = (0, 0, 0);
        while (kills < _kills)
        {
            Directory.CreateDirectory(folder["workspace"]).Delete(recursive: true);
            for (int last = Math.Min(kills + KillsOfATraining, _kills); kills < last; kills++)
            {
                using var child = TrainingProcess.Start(folder.Path, TimeSpan.FromTicks(intervalTicks));
                int epochs = random.Next(MostEpochs + 1);
                Action wait = (epochs, random.Next(2)) switch
                {
                    // Reading the images, encoding them, the first epoch.
                    (0, _) => () => Thread.Sleep(random.Next(600)),
                    (_, 0) => () => Thread.Sleep(random.Next(60)),
                    _ => () => WaitFor(halfWritten),
                };
                string place = child.KillAfter(epochs, wait);
                TestContext.WriteLine(
                    $"Kill {kills + 1}: after {place}{(File.Exists(halfWritten) ? ", a checkpoint was half written" : "")}.");
                if (File.Exists(halfWritten))
                {
                    // Deleted only so that the next one is seen.
                    File.Delete(halfWritten);
                    halves++;
                }
            }

            using var final = TrainingProcess.Start(folder.Path, TimeSpan.FromTicks(intervalTicks));
            Assert.IsLessThan(3 * TrainingProcess.Epochs, final.Complete(), "no checkpoint was used");
            CollectionAssert.AreEqual(whole, File.ReadAllBytes(folder["weights"]));
            File.Delete(folder["weights"]);
            trainings++;
        }

        TestContext.WriteLine(
            $"{kills} kills in {trainings} trainings, {halves} of them while a checkpoint was written: "
            + "all weights are equal byte by byte.");
    }

    private static void WaitFor(string path)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(path) && clock.Elapsed < TimeSpan.FromSeconds(1))
        {
            Thread.SpinWait(20);
        }
    }
}
