namespace Microsoft.ML.Loreal.Tests.PromptKD.Regions;

/// <summary>The table's file alone.</summary>
[TestClass]
public sealed class RegionTableTests
{
    private const int Classes = 5;
    private static readonly RegionTableHeader _header = new(Images: 2, Views: 2, Classes, Kept: 2, Digest: new string('a', 64));
    private static readonly RgbImage _picture = new(40, 30, new byte[3 * 40 * 30]);

    [TestMethod]
    public void WhatWasWrittenIsRead()
    {
        using var folder = new TemporaryFolder();
        Write(folder["table"]);
        Assert.AreEqual(_header.FileLength, new FileInfo(folder["table"]).Length);
        Assert.AreEqual(29, _header.RowLength);
        using var table = new RegionTable(folder["table"], _header);
        for (int row = 0; row < 4; row++)
        {
            Assert.AreEqual(Region(row), table.Region(row, _picture));
        }
    }

    [TestMethod]
    public void WhatIsNotKeptIsSpreadOrLeftOut()
    {
        using var folder = new TemporaryFolder();
        Write(folder["table"]);
        using var table = new RegionTable(folder["table"], _header);
        float[] labels = new float[Classes];
        table.Labels(3, LabelSparsification.MarginalSmoothing, labels);
        AssertNear([0.1f, 0.1f, 0.1f, 0.5f, 0.2f], labels);
        table.Labels(3, LabelSparsification.MarginalRenorm, labels);
        AssertNear([0, 0, 0, 0.5f / 0.7f, 0.2f / 0.7f], labels);
    }

    [TestMethod]
    public void AllLabelsKeptAreTheTeachersOwn()
    {
        using var folder = new TemporaryFolder();
        RegionTableHeader header = _header with { Kept = Classes };
        float[] probabilities = [0.4f, 0.3f, 0.15f, 0.1f, 0.05f];
        using (FileStream file = File.Create(folder["table"]))
        {
            file.Write(header.ToBytes());
            byte[] row = new byte[header.RowLength];
            for (int i = 0; i < 4; i++)
            {
                header.WriteRow(row, Region(i), [4, 3, 2, 1, 0], probabilities);
                file.Write(row);
            }
        }

        using var table = new RegionTable(folder["table"], header);
        foreach (LabelSparsification kind in Enum.GetValues<LabelSparsification>())
        {
            float[] labels = new float[Classes];
            table.Labels(0, kind, labels);
            AssertNear([.. probabilities.Reverse()], labels);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(8)]
    [DataRow(12)]
    [DataRow(40)]
    public void AnotherTablesHeadIsRefused(int position)
    {
        using var folder = new TemporaryFolder();
        Write(folder["table"]);
        Change(folder["table"], position, value => (byte)(value ^ 1));
        Assert.Contains("Delete it", Assert.ThrowsExactly<InvalidDataException>(() => new RegionTable(folder["table"], _header)).Message);
    }

    [TestMethod]
    public void TooShortAFileIsRefused()
    {
        using var folder = new TemporaryFolder();
        Write(folder["table"]);
        byte[] whole = File.ReadAllBytes(folder["table"]);
        File.WriteAllBytes(folder["table"], whole[..^1]);
        Assert.ThrowsExactly<InvalidDataException>(() => new RegionTable(folder["table"], _header));
        File.WriteAllBytes(folder["table"], []);
        Assert.ThrowsExactly<InvalidDataException>(() => new RegionTable(folder["table"], _header));
    }

    [TestMethod]
    public void RowsThatCannotBeAreRefused()
    {
        using var folder = new TemporaryFolder();
        Write(folder["table"]);
        int row = RegionTableHeader.Length;
        Change(folder["table"], row + 3, _ => 0x80);                                // left, negative
        Change(folder["table"], row + _header.RowLength + 9, _ => 1);               // width, too large
        Change(folder["table"], row + (2 * _header.RowLength) + 17, _ => Classes);  // a class that is not there
        Change(folder["table"], row + (3 * _header.RowLength) + 22, _ => 0x7f);     // a probability above 1
        using var table = new RegionTable(folder["table"], _header);
        Assert.ThrowsExactly<InvalidDataException>(() => table.Region(0, _picture));
        Assert.ThrowsExactly<InvalidDataException>(() => table.Region(1, _picture));
        Assert.ThrowsExactly<InvalidDataException>(() => table.Labels(2, LabelSparsification.MarginalRenorm, new float[Classes]));
        Assert.ThrowsExactly<InvalidDataException>(() => table.Labels(3, LabelSparsification.MarginalRenorm, new float[Classes]));
        Assert.ThrowsExactly<InvalidDataException>(() => table.Region(2, new RgbImage(9, 9, new byte[3 * 9 * 9])));
    }

    private static ImageRegion Region(int row) => new(new PixelRegion(row, 2 * row, 10 + row, 20), row % 2 == 1);

    private static void Write(string path)
    {
        using FileStream file = File.Create(path);
        file.Write(_header.ToBytes());
        byte[] bytes = new byte[_header.RowLength];
        for (int row = 0; row < 4; row++)
        {
            _header.WriteRow(bytes, Region(row), [3, 4], [0.5f, 0.2f]);
            file.Write(bytes);
        }
    }

    private static void Change(string path, int position, Func<byte, byte> change)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[position] = change(bytes[position]);
        File.WriteAllBytes(path, bytes);
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-6f);
        }
    }
}
