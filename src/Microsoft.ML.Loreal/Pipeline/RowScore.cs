using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal;

/// <summary>One row on its way through a scorer: its image, then the model's input, then the probabilities.</summary>
/// <param name="pixels">The number of values that the model takes for an image.</param>
/// <param name="classes">The number of classes.</param>
internal sealed class RowScore(int pixels, int classes)
{
    private readonly float[] _pixels = new float[pixels];
    private readonly float[] _probabilities = new float[classes];
    private ExceptionDispatchInfo? _failure;

    /// <summary>The image while it is still to be decoded and resized.</summary>
    public ImageCell? Image { get; private set; }

    /// <summary>Whether <see cref="Pixels"/> are the row's.</summary>
    public bool Ready { get; private set; }

    /// <summary>The row's number in the input, from 0, for messages.</summary>
    public long Row { get; private set; }

    public Span<float> Pixels => _pixels;

    public Span<float> Probabilities => _probabilities;

    /// <summary>Takes the image of the next row.</summary>
    public void Accept(long row, ImageCell image)
    {
        Row = row;
        Image = image;
        Ready = false;
        _failure = null;
    }

    /// <summary>The pixels are there; the image itself is no longer needed.</summary>
    public void Prepared()
    {
        Image = null;
        Ready = true;
    }

    /// <summary>The image cannot be used: asking for the scores raises the error.</summary>
    public void Fail(Exception error)
    {
        Image = null;
        Ready = false;
        _failure = ExceptionDispatchInfo.Capture(error);
    }

    /// <summary>The image cannot be used: the scores are NaN and the label is missing.</summary>
    public void Skip()
    {
        Image = null;
        Ready = false;
        _failure = null;
        _probabilities.AsSpan().Fill(float.NaN);
    }

    public void GetScores(ref VBuffer<float> value)
    {
        _failure?.Throw();
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, _probabilities.Length);
        _probabilities.CopyTo(editor.Values);
        value = editor.Commit();
    }

    /// <summary>The key of the most probable class, the first of them on a tie; 0, which is missing, without scores.</summary>
    public void GetPredictedLabel(ref uint value)
    {
        _failure?.Throw();
        int best = 0;
        for (int i = 1; i < _probabilities.Length; i++)
        {
            best = _probabilities[i] > _probabilities[best] ? i : best;
        }

        value = float.IsNaN(_probabilities[best]) ? 0 : (uint)best + 1;
    }
}
