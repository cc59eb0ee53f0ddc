using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>One row on its way through a scorer: its image, then the probabilities.</summary>
/// <param name="probabilities">Where the scorer writes the probability of each class.</param>
/// <param name="features">Where it writes the image's features; empty where nobody wants them.</param>
internal sealed class RowScore(ReadOnlyMemory<float> probabilities, ReadOnlyMemory<float> features)
{
    private ExceptionDispatchInfo? _failure;

    /// <summary>The image while it is still to be decoded and resized.</summary>
    public ImageCell? Image { get; private set; }

    /// <summary>Whether the model's input for the row is there.</summary>
    public bool Ready { get; private set; }

    /// <summary>The row's number in the input, from 0, for messages.</summary>
    public long Row { get; private set; }

    /// <summary>Why the row is skipped; null where it is not.</summary>
    public InvalidDataException? Skipped { get; private set; }

    /// <summary>Takes the image of the next row.</summary>
    public void Accept(long row, ImageCell image)
    {
        Row = row;
        Image = image;
        Ready = false;
        Skipped = null;
        _failure = null;
    }

    /// <summary>The model's input is there; the image itself is no longer needed.</summary>
    public void SetReady()
    {
        Image = null;
        Ready = true;
    }

    /// <summary>The image cannot be used: asking for the scores raises the error.</summary>
    public void Fail(Exception error)
    {
        Image = null;
        Ready = false;
        Skipped = null;
        _failure = ExceptionDispatchInfo.Capture(error);
    }

    /// <summary>The image cannot be used: the scores are NaN and the label is missing.</summary>
    public void Skip(InvalidDataException reason)
    {
        Image = null;
        Ready = false;
        Skipped = reason;
        _failure = null;
    }

    public void GetScores(ref VBuffer<float> value) => Get(probabilities, ref value);

    public void GetFeatures(ref VBuffer<float> value) => Get(features, ref value);

    /// <summary>The key of the most probable class, the first of them on a tie; 0, which is missing, without scores.</summary>
    public void GetPredictedLabel(ref uint value)
    {
        _failure?.Throw();
        ReadOnlySpan<float> scores = probabilities.Span;
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        value = !Ready || float.IsNaN(scores[best]) ? 0 : (uint)best + 1;
    }

    private void Get(ReadOnlyMemory<float> numbers, ref VBuffer<float> value)
    {
        _failure?.Throw();
        var editor = VBufferEditor.Create(ref value, numbers.Length);
        if (Ready)
        {
            numbers.Span.CopyTo(editor.Values);
        }
        else
        {
            editor.Values.Fill(float.NaN);
        }

        value = editor.Commit();
    }
}
