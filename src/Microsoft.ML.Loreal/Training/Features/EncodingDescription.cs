using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TorchSharp;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>What decides how a given view is encoded, as JSON: files of encoded views with equal descriptions can be used again.</summary>
internal static class EncodingDescription
{
    // What is not set is not told, so that files from before there was an option stay those of its default.
    private static readonly JsonSerializerOptions _format = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Describes an encoding.</summary>
    /// <param name="device">Where the views are encoded.</param>
    /// <param name="encoder">What encodes them, as an object of named properties.</param>
    public static string Of(torch.Device device, object encoder)
    {
        JsonObject description = JsonSerializer.SerializeToNode(encoder, _format)!.AsObject();
        description.Insert(0, "Package", typeof(EncodingDescription).Assembly.GetName().Version!.ToString());
        description.Insert(1, "Torch", torch.__version__);
        description.Insert(2, "Device", device.type.ToString());
        return description.ToJsonString(_format);
    }
}
