using Microsoft.ML.Loreal.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Worlds;

/// <summary>The world on which the default backbone is trained and which the samples draw their pictures from.</summary>
[TestClass]
public sealed class WorldTests
{
    [TestMethod]
    public void HasFortyEightSortedClassesInTwoHalves()
    {
        Assert.AreEqual(48, World.Classes.Count);
        CollectionAssert.AreEqual(World.Classes.Order(StringComparer.Ordinal).ToArray(), World.Classes.ToArray());
        Assert.AreEqual(48, World.Classes.Distinct().Count());
        CollectionAssert.AreEqual(World.Classes.ToArray(), World.BaseClasses.Concat(World.NewClasses).ToArray());
        // Each half has four of the eight colors.
        Assert.AreEqual(4, World.BaseClasses.Select(name => name.Split(' ')[0]).Distinct().Count());
        Assert.AreEqual(8, World.Classes.Select(name => name.Split(' ')[0]).Distinct().Count());
    }

    [TestMethod]
    public void BaseAndNewClassesAreEquallyHard()
    {
        ThingClass[][] halves = new[] { ThingClass.All.Take(24).ToArray(), ThingClass.All.Skip(24).ToArray() };
        foreach (ThingClass[]? half in halves)
        {
            Assert.IsTrue(half.GroupBy(c => c.Color).All(g => g.Count() == 6));
            Assert.IsTrue(half.GroupBy(c => c.Structure).All(g => g.Count() == 4));
            Assert.IsTrue(half.GroupBy(c => c.Shape).All(g => g.Count() == 4));
            // Neighbors that differ in one attribute only, for each attribute: 16 of the 24 * 23 ordered pairs.
            Assert.AreEqual(16, Neighbors(half, (a, b) => a with { Color = b.Color }));
            Assert.AreEqual(16, Neighbors(half, (a, b) => a with { Structure = b.Structure }));
            Assert.AreEqual(16, Neighbors(half, (a, b) => a with { Shape = b.Shape }));
        }
    }

    [TestMethod]
    public void TheSameSeedDrawsTheSamePictures()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor first = World.Render(5, 7, 3);
        Tensor again = World.Render(5, 7, 3);
        Tensor other = World.Render(5, 8, 3);

        CollectionAssert.AreEqual(new long[] { 3, 3, 112, 112 }, first.shape);
        Assert.AreEqual(ScalarType.Byte, first.dtype);
        CollectionAssert.AreEqual(first.data<byte>().ToArray(), again.data<byte>().ToArray());
        CollectionAssert.AreNotEqual(first.data<byte>().ToArray(), other.data<byte>().ToArray());
    }

    [TestMethod]
    public void PicturesShowTheColorsOfTheirClasses()
    {
        using DisposeScope scope = NewDisposeScope();
        int red = World.Classes.ToList().IndexOf("red solid square");
        int green = World.Classes.ToList().IndexOf("green solid square");

        Assert.IsTrue(Excess(World.Render(red, 1, 8), 0, 1) > 5, "red pictures are redder than green");
        Assert.IsTrue(Excess(World.Render(green, 1, 8), 1, 0) > 5, "green pictures are greener than red");
    }

    [TestMethod]
    public void LargeThingsCoverMoreThanSmallOnes()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Thing[] things = new[] { new Thing(0, 0, 1, 0, 0), new Thing(0, 0, 1, 1, 0) };

        (Tensor pictures, Tensor places) = Painter.Paint(things, generator);

        float[] values = places.data<float>().ToArray();
        Assert.IsTrue(values[2] is >= 0.42f and <= 0.52f, $"small radius {values[2]}");
        Assert.IsTrue(values[5] is >= 0.66f and <= 0.82f, $"large radius {values[5]}");
        Assert.IsTrue(pictures.min().ToSingle() >= 0 && pictures.max().ToSingle() <= 1);
    }

    [TestMethod]
    public void RefusesAClassThatIsNotThere() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => World.Render(48, 1, 1));

    [TestMethod]
    public void HeldOutThingsAreNeverSampled()
    {
        var random = new Random(11);
        var seen = new HashSet<(int, int, int)>();
        for (int i = 0; i < 20_000; i++)
        {
            var thing = Thing.Sample(random);
            Assert.IsFalse(ThingClass.IsHeldOut(thing));
            seen.Add((thing.Color, thing.Structure, thing.Shape));
        }
        // All the others are: 8 * 6 * 6 - 48.
        Assert.AreEqual(240, seen.Count);
    }

    [TestMethod]
    public void AClassSamplesOnlyItself()
    {
        var random = new Random(2);
        Thing[] things = Enumerable.Range(0, 200).Select(_ => ThingClass.All[9].Sample(random)).ToArray();

        Assert.IsTrue(
            things.All(
                t => (t.Color, t.Structure, t.Shape) == (ThingClass.All[9].Color, ThingClass.All[9].Structure, ThingClass.All[9].Shape)));
        Assert.AreEqual(6, things.Select(t => (t.Size, t.Outline)).Distinct().Count());
    }

    [TestMethod]
    public void CaptionsTellTheTruthAndSayWhatTheyTell()
    {
        var random = new Random(5);
        for (int i = 0; i < 5_000; i++)
        {
            var thing = Thing.Sample(random);
            var caption = Caption.About(thing, random);
            string[] words = caption.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

            Assert.IsTrue(words.All(Words.All.Contains), caption.Text);
            Assert.IsTrue(caption.IsTrueOf(thing, thing));
            for (int k = 0; k < AttributeWords.All.Count; k++)
            {
                foreach (string value in AttributeWords.All[k].Values)
                {
                    bool expected = caption.Tells[k] && thing.Word(k) == value;
                    Assert.AreEqual(expected, words.Contains(value), $"{value} in: {caption.Text}");
                }
            }
        }
    }

    [TestMethod]
    public void ACaptionIsFalseOfAThingThatDiffersInWhatItTells()
    {
        var thing = new Thing(0, 1, 2, 0, 1);
        var caption = new Caption("a red star", [true, false, true, false, false]);

        Assert.IsTrue(caption.IsTrueOf(thing with { Structure = 3, Size = 1, Outline = 2 }, thing));
        Assert.IsFalse(caption.IsTrueOf(thing with { Color = 1 }, thing));
        Assert.IsFalse(caption.IsTrueOf(thing with { Shape = 1 }, thing));
    }

    private static int Neighbors(ThingClass[] half, Func<ThingClass, ThingClass, ThingClass> change) =>
        half.Sum(a => half.Count(b => a != b && change(a, b) == b));

    // How much brighter one channel is than another around the middle, where the object is.
    private static double Excess(Tensor pictures, long channel, long other)
    {
        Tensor middle = pictures.to(ScalarType.Float32).narrow(2, 36, 40).narrow(3, 36, 40);
        return (middle.select(1, channel).mean() - middle.select(1, other).mean()).ToDouble();
    }
}
