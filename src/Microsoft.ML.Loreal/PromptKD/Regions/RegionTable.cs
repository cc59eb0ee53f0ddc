using System.Globalization;
using System.IO.MemoryMappedFiles;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.PromptKD.Regions;

/// <summary>
/// FDBPL's region lookup table: regions of the training images and what the teacher says about them, in a file that is mapped into memory.
/// Safe for several threads.
/// </summary>
internal sealed class RegionTable : IDisposable
{
    private const int MaxStackBytes = 1024;

    private readonly RegionTableHeader _header;
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">The head that it must have.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public RegionTable(string path, RegionTableHeader header)
    {
        _header = header;
        _path = path;
        long length = new FileInfo(path).Length;
        if (length != header.FileLength)
        {
            throw Damaged($"it has {length} bytes instead of {header.FileLength}");
        }

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        try
        {
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte[] head = new byte[RegionTableHeader.Length];
            _view.SafeMemoryMappedViewHandle.ReadSpan<byte>(0, head);
            if (!head.AsSpan().SequenceEqual(header.ToBytes()))
            {
                throw Damaged("its head is of another table");
            }
        }
        catch
        {
            _view?.Dispose();
            _file.Dispose();
            throw;
        }
    }

    /// <summary>V, the regions of each image.</summary>
    public int Views => _header.Views;

    /// <summary>The region of a row.</summary>
    /// <param name="row">image * V + view.</param>
    /// <param name="picture">The image that it is of.</param>
    /// <exception cref="InvalidDataException">The region is not inside the image: the file is damaged.</exception>
    public ImageRegion Region(long row, RgbImage picture)
    {
        Span<byte> bytes = stackalloc byte[RegionTableHeader.BoxLength];
        Read(row, bytes);
        ImageRegion region = RegionTableHeader.Region(bytes);
        PixelRegion box = region.Box;
        bool inside = box is { Left: >= 0, Top: >= 0, Width: > 0, Height: > 0 }
            && box.Width <= picture.Width - box.Left
            && box.Height <= picture.Height - box.Top;
        return inside ? region : throw Damaged($"row {row} has a region outside its image");
    }

    /// <summary>The teacher's answer for a row, with something in the place of what was not kept.</summary>
    /// <param name="row">image * V + view.</param>
    /// <param name="sparsification">What takes the place.</param>
    /// <param name="probabilities">[C].</param>
    /// <exception cref="InvalidDataException">The labels cannot be: the file is damaged.</exception>
    public void Labels(long row, LabelSparsification sparsification, Span<float> probabilities)
    {
        Span<byte> bytes = _header.RowLength <= MaxStackBytes ? stackalloc byte[_header.RowLength] : new byte[_header.RowLength];
        Read(row, bytes);
        double sum = 0;
        for (int k = 0; k < _header.Kept; k++)
        {
            (int label, float probability) = RegionTableHeader.Label(bytes, k);
            if (label >= _header.Classes || !(probability is >= 0 and <= 1))
            {
                throw Damaged(string.Create(
                    CultureInfo.InvariantCulture, $"row {row} has the class {label} with the probability {probability}"));
            }

            sum += probability;
        }

        bool renorm = sparsification == LabelSparsification.MarginalRenorm;
        int others = _header.Classes - _header.Kept;
        probabilities.Fill(renorm || others == 0 ? 0 : (float)(Math.Max(0, 1 - sum) / others));
        for (int k = 0; k < _header.Kept; k++)
        {
            (int label, float probability) = RegionTableHeader.Label(bytes, k);
            probabilities[label] = renorm ? (float)(probability / sum) : probability;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Read(long row, Span<byte> bytes) =>
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(RegionTableHeader.Length + (row * _header.RowLength)), bytes);

    private InvalidDataException Damaged(string how) =>
        new($"The region table '{_path}' is damaged: {how}. Delete it to have it made anew.");
}
