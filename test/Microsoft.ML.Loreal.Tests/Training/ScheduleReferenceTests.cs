using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Training;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class ScheduleReferenceTests
{
    private const double Tolerance = 1e-9;

    [TestMethod]
    public void LearningRates()
    {
        foreach (JsonElement reference in Fixtures.Json("schedule/lr_schedules.json").GetProperty("cases").EnumerateArray())
        {
            var schedule = new LearningRateSchedule(
                reference.GetProperty("base_lr").GetDouble(),
                reference.GetProperty("max_epoch").GetInt32(),
                Math.Max(0, reference.GetProperty("warmup_epoch").GetInt32()),
                reference.GetProperty(
                    reference.GetProperty("warmup_type").GetString() == "linear" ? "warmup_min_lr" : "warmup_cons_lr").GetDouble())
            {
                LinearWarmup = reference.GetProperty("warmup_type").GetString() == "linear",
                Recount = reference.GetProperty("warmup_recount").GetBoolean(),
            };
            double[] rates = reference.GetProperty("lr_used_in_epoch").Deserialize<double[]>()!;
            for (int epoch = 0; epoch < rates.Length; epoch++)
            {
                Assert.AreEqual(
                    rates[epoch], schedule.At(epoch), Tolerance * schedule.Rate, $"{reference.GetProperty("name")}, epoch {epoch}");
            }
        }
    }

    [TestMethod]
    public void MixWeights()
    {
        foreach (JsonElement reference in Fixtures.Json("loreal/loreal.json").GetProperty("mix_schedule").EnumerateArray())
        {
            double[] weights = reference.GetProperty("weight_by_epoch0").Deserialize<double[]>()!;
            for (int epoch = 0; epoch < weights.Length; epoch++)
            {
                double weight = MixSchedule.At(
                    reference.GetProperty("align_mix_max").GetDouble(),
                    reference.GetProperty("align_mix_start").GetDouble(),
                    epoch,
                    reference.GetProperty("max_epoch").GetInt32());
                Assert.AreEqual(weights[epoch], weight, Tolerance, $"{reference}, epoch {epoch}");
            }
        }
    }
}
