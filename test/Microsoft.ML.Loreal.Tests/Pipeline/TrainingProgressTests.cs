using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class TrainingProgressTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void EveryEpochReachesTheProgressChannel(bool validated)
    {
        ProgressHeader? header = null;
        Action<IProgressEntry>? fill = null;
        List<double?[]> checkpoints = [];
        bool disposed = false;
        IProgressChannel progressChannel = Stub.Of<IProgressChannel>((method, arguments) =>
        {
            switch (method)
            {
                case nameof(IProgressChannel.SetHeader):
                    (header, fill) = ((ProgressHeader)arguments[0]!, (Action<IProgressEntry>)arguments[1]!);
                    break;
                case nameof(IProgressChannel.Checkpoint):
                    checkpoints.Add((double?[])arguments[0]!);
                    break;
                case nameof(IDisposable.Dispose):
                    disposed = true;
                    break;
            }
        });
        IChannel channel = Stub.Of<IChannel>((_, _) => { });
        IHost host = Stub.Of<IHost>((_, _) => { }, progressChannel);
        List<TrainingMetrics> told = [];
        var losses = new Dictionary<string, double> { [TrainingLosses.CrossEntropy] = 0.4 };
        var metrics = new TrainingMetrics(
            2, 3, 10, 0.5, losses, 0.75, 0.002, validated ? 0.6 : null, validated ? 0.7 : null, TimeSpan.FromMinutes(90));
        using (var progress = new TrainingProgress(host, channel, told.Add))
        {
            progress.Report(metrics);
        }

        Assert.IsTrue(disposed);
        Assert.AreSame(metrics, told.Single());
        CollectionAssert.AreEqual(new[] { "loss", "accuracy", "validation loss", "validation accuracy" }, header!.MetricNames.ToArray());
        CollectionAssert.AreEqual(new[] { "epochs" }, header.UnitNames.ToArray());
        CollectionAssert.AreEqual(new double?[] { 0.5, 0.75, metrics.ValidationLoss, metrics.ValidationAccuracy, 3 }, checkpoints.Single());

        List<string> entries = [];
        fill!(Stub.Of<IProgressEntry>((method, arguments) => entries.Add(string.Join(
            ' ', arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)).Prepend(method)))));
        string[] expected = ["SetProgress 0 3 10", "SetMetric 0 0.5", "SetMetric 1 0.75", "SetMetric 2 0.6", "SetMetric 3 0.7"];
        CollectionAssert.AreEqual(validated ? expected : expected[..3], entries);
    }

    /// <summary>
    /// Stands for an interface of ML.NET: tells of its calls, and answers those that want an interface with the one given.
    /// </summary>
    public class Stub : DispatchProxy
    {
        private Action<string, object?[]> _called = (_, _) => { };
        private object? _answer;

        public static T Of<T>(Action<string, object?[]> called, object? answer = null)
            where T : class
        {
            T proxy = Create<T, Stub>();
            var stub = (Stub)(object)proxy;
            (stub._called, stub._answer) = (called, answer);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            _called(targetMethod!.Name, args ?? []);
            return targetMethod.ReturnType.IsInterface ? _answer : targetMethod.ReturnType == typeof(string) ? "" : null;
        }
    }
}
