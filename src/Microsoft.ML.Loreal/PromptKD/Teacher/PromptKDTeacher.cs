using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD.Teacher;

/// <summary>A trained model as the teacher of a student, for the classes that the student learns.</summary>
internal sealed class PromptKDTeacher : IDisposable
{
    private readonly LorealModel _model;

    private PromptKDTeacher(LorealModel model) => _model = model;

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> ClassNames => _model.ClassNames;

    /// <summary>The side of the images that the teacher sees, in pixels.</summary>
    public int Resolution => _model.Resolution;

    /// <summary>Where the teacher computes.</summary>
    public Device Device => _model.Device;

    /// <summary>How pixels become the teacher's input.</summary>
    public ImageProcessor ImageProcessor => _model.Backbone.ImageProcessor;

    /// <summary>What encodes images.</summary>
    public PromptLearner Encoder => _model.Student;

    /// <summary>The SHA-256 of everything that decides what the teacher says, as hexadecimal digits.</summary>
    public string Digest => ModelDigest.Of(_model);

    /// <summary>Makes a teacher that shares the backbone with a model and is disposed on its own.</summary>
    /// <param name="model">The model, without attributes.</param>
    /// <param name="classNames">The classes.</param>
    /// <exception cref="ArgumentException">The classes cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The model has class-specific prompts for other classes.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static PromptKDTeacher Of(LorealModel model, IReadOnlyList<string> classNames) => new(model.WithClasses(classNames));

    /// <summary>What decides how the teacher encodes a given view, as JSON.</summary>
    public string DescribeEncoding() => EncodingDescription.Of(Device, new { Teacher = Digest });

    /// <summary>The features of the classes' prompts.</summary>
    /// <returns>[C, J'], normalized.</returns>
    public Tensor TextFeatures()
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Classifier.Normalize(_model.TextFeatures().squeeze(0)).MoveToOuterDisposeScope(); // [1, C, J'] -> [C, J']
    }

    /// <summary>What the teacher says about images.</summary>
    /// <param name="features">[B, G], from <see cref="PromptLearner.Encode"/>.</param>
    /// <param name="temperature">T, by which the logits are divided.</param>
    /// <returns>[B, C].</returns>
    public Tensor Probabilities(Tensor features, double temperature)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return (_model.Logits(features) / temperature).softmax(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
