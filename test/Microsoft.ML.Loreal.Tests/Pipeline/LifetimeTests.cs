using System.Collections.Concurrent;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class LifetimeTests
{
    [TestMethod]
    public void ManyThreadsMayScoreAtOnce()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(data));
        var results = new ConcurrentBag<List<float[]>>();
        ParallelThreads.Run(4, _ => results.Add(Rows.Scores(Trained.Loreal.Transform(data))));
        Assert.HasCount(4, results);
        foreach (List<float[]> scores in results)
        {
            Rows.AssertIdentical(expected, scores);
        }
    }

    [TestMethod]
    public void DisposingWhileOthersScoreGivesResultsOrAnError()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        LorealTransformer model = Trained.Loreal.WithClasses(Pictures.ClassNames);
        List<float[]> expected = Rows.Scores(model.Transform(data));
        var outcomes = new ConcurrentBag<Exception?>();
        using var started = new CountdownEvent(3);
        ParallelThreads.Run(4, index =>
        {
            if (index == 0)
            {
                started.Wait();
                model.Dispose();
                return;
            }

            try
            {
                for (int i = 0; ; i++)
                {
                    Rows.AssertIdentical(expected, Rows.Scores(model.Transform(data)));
                    if (i == 0)
                    {
                        started.Signal();
                    }
                }
            }
            catch (Exception exception)
            {
                outcomes.Add(exception);
            }
        });
        Assert.HasCount(3, outcomes);
        Assert.IsTrue(outcomes.All(outcome => outcome is ObjectDisposedException), string.Join('\n', outcomes));
    }

    [TestMethod]
    public void ADisposedTransformerSaysSo()
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        LorealTransformer model = Trained.Loreal.WithClasses(["cat", "dog"]);
        IDataView scored = model.Transform(data);
        model.Dispose();
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Rows.Scores(scored));
        using var stream = new MemoryStream();
        Assert.ThrowsExactly<ObjectDisposedException>(() => ml.Model.Save(model, data.Schema, stream));
    }

    [TestMethod]
    public void AnEngineOwnsItsTransformerUnlessToldOtherwise()
    {
        var ml = new MLContext(1);
        LorealTransformer model = Trained.Loreal.WithClasses(Pictures.ClassNames);
        byte[] file = File.ReadAllBytes(Trained.Photos[0].ImagePath);
        using (PredictionEngine<EncodedPhoto, PhotoScores> engine = ml.Model.CreatePredictionEngine<EncodedPhoto, PhotoScores>(
            model, new PredictionEngineOptions { OwnsTransformer = false }))
        {
            Assert.HasCount(3, engine.Predict(new EncodedPhoto { Image = file }).Score);
        }

        using (PredictionEngine<EncodedPhoto, PhotoScores> engine = ml.Model.CreatePredictionEngine<EncodedPhoto, PhotoScores>(model))
        {
            float[] first = engine.Predict(new EncodedPhoto { Image = file }).Score;
            float[] other = engine.Predict(new EncodedPhoto { Image = File.ReadAllBytes(Trained.Photos[1].ImagePath) }).Score;
            CollectionAssert.AreNotEqual(first, other);
            CollectionAssert.AreEqual(first, engine.Predict(new EncodedPhoto { Image = file }).Score);
        }

        Assert.ThrowsExactly<ObjectDisposedException>(() => model.WithClasses(["cat", "dog"]));
    }
}
