using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>An exported file, run by ONNX Runtime alone.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxRun(ClipClassifierTransformer transformer, OnnxExportOptions? options = null)
    {
        using var stream = new MemoryStream();
        transformer.SaveAsOnnx(stream, options);
        _session = new InferenceSession(stream.ToArray(), SessionOptions());
    }

    public OnnxRun(string path) => _session = new InferenceSession(path, SessionOptions());

    public OnnxRun(byte[] model, int threads = 1) => _session = new InferenceSession(model, SessionOptions(threads));

    public ModelMetadata Metadata => _session.ModelMetadata;

    public InferenceSession Session => _session;

    /// <summary>The scores [N, C] and features [N, D] of pictures, phi x phi x 3 bytes each.</summary>
    public (float[][] Scores, float[][] Features) Run(params byte[][] pictures)
    {
        int side = (int)Math.Sqrt(pictures[0].Length / 3);
        var pixels = new DenseTensor<byte>(pictures.SelectMany(picture => picture).ToArray(), [pictures.Length, side, side, 3]);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
            _session.Run([NamedOnnxValue.CreateFromTensor("pixels", pixels)], ["scores", "features"]);
        return (Rows(results[0]), Rows(results[1]));

        float[][] Rows(DisposableNamedOnnxValue value)
        {
            Tensor<float> values = value.AsTensor<float>();
            Assert.AreEqual(2, values.Rank);
            Assert.AreEqual(pictures.Length, values.Dimensions[0]);
            return [.. values.Chunk(values.Dimensions[1])];
        }
    }

    public void Dispose() => _session.Dispose();

    private static SessionOptions SessionOptions(int threads = 1)
    {
        var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }
}
