using global::Onnx;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>Pictures that an export is measured on, and options for exports that are refused for no loss.</summary>
internal static class Calibration
{
    /// <summary>Data with the paths of pictures, and labels as keys.</summary>
    public static IDataView Data(IEnumerable<Photo> photos)
    {
        var ml = new MLContext(1);
        IDataView rows = ml.Data.LoadFromEnumerable(photos.ToList());
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath))).Fit(rows).Transform(rows);
    }

    /// <summary>Options that measure on the pictures of the training and refuse nothing.</summary>
    public static OnnxExportOptions Options(OnnxQuantization quantization, OnnxTextSide textSide) => new()
    {
        Quantization = quantization,
        TextSide = textSide,
        CalibrationData = Data(Trained.Photos),
        MaxAccuracyLoss = 1,
        MaxTextSideLoss = 1,
    };

    /// <summary>Writes pictures of one color each, of which all views look the same.</summary>
    public static List<Photo> WriteColors(string folder, IEnumerable<Rgb24> colors)
    {
        Directory.CreateDirectory(folder);
        return
        [
            .. colors.Select((color, i) =>
            {
                string path = Path.Combine(folder, $"{i:000}.png");
                using var picture = new Image<Rgb24>(32, 32, color);
                picture.SaveAsPng(path);
                return new Photo { ImagePath = path };
            }),
        ];
    }

    public static byte[] Export(ClipClassifierTransformer transformer, OnnxExportOptions options)
    {
        using var stream = new MemoryStream();
        transformer.SaveAsOnnx(stream, options);
        return stream.ToArray();
    }

    public static ModelProto Model(ClipClassifierTransformer transformer, OnnxExportOptions options) =>
        ModelProto.Parser.ParseFrom(Export(transformer, options));

    public static float[] Floats(ModelProto model, string name) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Initializer(model, name).RawData.Span).ToArray();

    public static TensorProto Initializer(ModelProto model, string name) => model.Graph.Initializer.Single(tensor => tensor.Name == name);
}
