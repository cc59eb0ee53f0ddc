using System.Text.Json;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// The blocks of both towers that a method changes, counted from 1 as in the publications; null where the backbone's depth decides.
/// </summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
internal readonly record struct LayerRange(int? First, int? Last)
{
    private const double PublishedDepth = 12;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static LayerRange Read(JsonElement settings)
    {
        return new LayerRange(Layer("firstLayer"), Layer("lastLayer"));

        int? Layer(string name) => settings.GetProperty(name) is { ValueKind: not JsonValueKind.Null } layer ? layer.GetInt32() : null;
    }

    /// <summary>Writes both numbers into the open JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        Write("firstLayer", First);
        Write("lastLayer", Last);

        void Write(string name, int? layer)
        {
            if (layer is { } number)
            {
                writer.WriteNumber(name, number);
            }
            else
            {
                writer.WriteNull(name);
            }
        }
    }

    /// <summary>Checks what can be checked without a backbone.</summary>
    /// <param name="least">The smallest number of a layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small, or the last layer is before the first.</exception>
    public void Check(int least)
    {
        if (First < least)
        {
            throw new ArgumentOutOfRangeException("firstLayer", First, $"The first layer is at least {least}.");
        }

        if (Last < Math.Max(First ?? 1, 1))
        {
            throw new ArgumentOutOfRangeException("lastLayer", Last, $"The last layer is at least {Math.Max(First ?? 1, 1)}.");
        }
    }

    /// <summary>
    /// The layers of a backbone. Left out, the last one is the backbone's last, and the first one leaves the share of the published 12
    /// layers: the uppermost 8 of 12 are the uppermost 3 of 4.
    /// </summary>
    /// <param name="config">The backbone.</param>
    /// <param name="published">How many of the 12 layers of ViT-B/16 the published method changes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The backbone has fewer layers.</exception>
    public (int First, int Last) Of(ClipConfig config, int published)
    {
        int depth = CheckDepth(config, First, "firstLayer", "a layer up");
        CheckDepth(config, Last, "lastLayer", "a layer up");
        int last = Last ?? depth;
        int share = Math.Max(1, (int)Math.Round(depth * published / PublishedDepth));
        return (First ?? Math.Min(depth - share + 1, last), last);
    }

    /// <summary>Checks that both towers have a layer, and gives the layers of the less deep one.</summary>
    /// <param name="config">The backbone.</param>
    /// <param name="layer">The layer, counted from 1; null for a method's default.</param>
    /// <param name="name">The setting's name.</param>
    /// <param name="expected">What the message asks for, "to" the last layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">A tower has fewer layers.</exception>
    public static int CheckDepth(ClipConfig config, int? layer, string name, string expected)
    {
        int depth = Math.Min(config.TextLayers, config.VisionLayers);
        return layer > depth
            ? throw new ArgumentOutOfRangeException(
                name,
                layer,
                $"The backbone's text tower has {config.TextLayers} layers and its image tower {config.VisionLayers}; "
                + $"give {expected} to {depth}, or null for the default.")
            : depth;
    }
}
