using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples;

/// <summary>Draws a whole batch of objects at once. A picture spans -1 to 1 in both directions.</summary>
public static class Painter
{
    /// <summary>Width and height of a picture in pixels.</summary>
    public const int Side = 112;

    private const double OutlineHalfWidth = 0.032;

    // In the order of AttributeWords.Color.
    private static readonly float[,] Palette =
    {
        { 0.85f, 0.12f, 0.12f }, { 0.95f, 0.55f, 0.10f }, { 0.93f, 0.88f, 0.15f }, { 0.15f, 0.65f, 0.20f },
        { 0.15f, 0.80f, 0.85f }, { 0.15f, 0.25f, 0.85f }, { 0.50f, 0.15f, 0.70f }, { 0.97f, 0.50f, 0.72f },
    };

    /// <summary>
    /// Pictures as float32 [count, 3, 112, 112] from 0 to 1, and where the objects are: [count, 3], center x, center y and radius.
    /// Everything that the objects leave open (place, angle, background, light) comes from the generator.
    /// </summary>
    public static (Tensor Pictures, Tensor Places) Paint(IReadOnlyList<Thing> things, Generator generator)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var canvas = new Canvas(things.Count, generator);
        Tensor radius = where(Column(things, t => t.Size) > 0, canvas.Uniform(0.66, 0.82), canvas.Uniform(0.42, 0.52));
        Tensor room = (1 - radius).clamp(min: 0.1) * 0.8;
        (Tensor centerX, Tensor centerY) = (canvas.Uniform(-1, 1) * room, canvas.Uniform(-1, 1) * room);
        Tensor angle = canvas.Uniform(-0.3, 0.3);
        (Tensor cosine, Tensor sine) = (angle.cos(), angle.sin());
        (Tensor fromX, Tensor fromY) = (canvas.X - centerX, canvas.Y - centerY);
        Tensor x = (cosine * fromX) + (sine * fromY);
        Tensor y = (cosine * fromY) - (sine * fromX);

        Tensor distance = ByGroup(things, t => t.Shape, AttributeWords.Shape, [x, y, radius], (shape, part) =>
            Distances.To(shape, part[0] / part[2], part[1] / part[2]) * part[2]);
        // The period does not depend on the object's size, so that the size does not tell the structure.
        Tensor period = canvas.Uniform(0.22, 0.28);
        Tensor phase = canvas.Uniform(0, 1) * period;
        Tensor second = ByGroup(things, t => t.Structure, AttributeWords.Structure, [x, y, period, phase], (structure, part) =>
        {
            // Rings stay around the center.
            Tensor shift = structure == "ringed" ? zeros_like(part[3]) : part[3];
            return Structures.At(structure, part[0] + shift, part[1] + shift, part[2]);
        });

        Tensor body = Body(things, canvas, second);
        (Tensor band, Tensor outlineShade) = Outline(things, canvas, distance, fromX, fromY);
        body = (body * (1 - band)) + (outlineShade * band);
        Tensor inside = maximum(Edge(distance), band);
        Tensor pictures = (Background(canvas) * (1 - inside)) + (body * inside);
        pictures = Light(canvas, pictures).clamp(0, 1);
        Tensor places = cat([centerX, centerY, radius], 1).reshape(things.Count, 3);   // [count, 3, 1, 1] -> [count, 3]
        return (pictures.MoveToOuterDisposeScope(), places.MoveToOuterDisposeScope());
    }

    /// <summary>float32 from 0 to 1 to uint8 from 0 to 255.</summary>
    public static Tensor ToBytes(Tensor pictures) => (pictures * 255).round().to(ScalarType.Byte);

    private static Tensor Body(IReadOnlyList<Thing> things, Canvas canvas, Tensor second)
    {
        // Shapes are [count, 3, 1, 1], and [count, 3, side, side] from the mixture on.
        Tensor palette = tensor(Palette);
        Tensor color = palette.index_select(0, tensor(things.Select(t => (long)t.Color).ToArray())).reshape(things.Count, 3, 1, 1);
        color = (color + (canvas.Normal(3, 1) * 0.04)).clamp(0, 1);
        Tensor darkOrLight = where(canvas.Uniform(0, 1) < 0.5, color * 0.25, (color * 0.2) + 0.8);
        return (color * (1 - second)) + (darkOrLight * second);
    }

    // The band lies outside the edge: an outline drawn inwards would eat thin parts.
    private static (Tensor Band, Tensor Shade) Outline(
        IReadOnlyList<Thing> things, Canvas canvas, Tensor distance, Tensor fromX, Tensor fromY)
    {
        Tensor band = Edge((distance - OutlineHalfWidth).abs() - OutlineHalfWidth);
        Tensor dashes = (((atan2(fromY, fromX) * 9) + canvas.Uniform(0, 6)).sin() * 4 + 0.5).clamp(0, 1);
        Tensor kind = Column(things, t => t.Outline);
        band = where(kind > 1, band * dashes, band) * (kind > 0).to(ScalarType.Float32);
        Tensor shade = ((canvas.Uniform(0, 1) < 0.5).to(ScalarType.Float32) * 0.9) + 0.05;
        return (band, shade);
    }

    // A muted color, low-frequency noise, and three muted rectangles.
    private static Tensor Background(Canvas canvas)
    {
        Tensor ground = Muted(canvas.Uniform(0.15, 0.85, 3), 0.75);
        Tensor noise = nn.functional.interpolate(canvas.Normal(3, 5), [Side, Side], mode: InterpolationMode.Bilinear, align_corners: false);
        Tensor picture = ground + (Muted(noise, 0.7) * 0.10);
        for (int i = 0; i < 3; i++)
        {
            (Tensor left, Tensor top) = (canvas.Uniform(-1, 1), canvas.Uniform(-1, 1));
            (Tensor width, Tensor height) = (canvas.Uniform(0.05, 0.22), canvas.Uniform(0.03, 0.15));
            Tensor mask = Edge(maximum((canvas.X - left).abs() - width, (canvas.Y - top).abs() - height)) * canvas.Uniform(0.2, 0.8);
            picture = (picture * (1 - mask)) + (canvas.Uniform(0.1, 0.9) * mask);
        }
        return picture;
    }

    private static Tensor Muted(Tensor color, double gray) => (color.mean([1], true) * gray) + (color * (1 - gray));

    private static Tensor Light(Canvas canvas, Tensor pictures)
    {
        Tensor gradient = 1 + (canvas.Uniform(-0.25, 0.25) * canvas.X) + (canvas.Uniform(-0.25, 0.25) * canvas.Y);
        return (pictures * gradient * canvas.Uniform(0.75, 1.2)) + (canvas.Normal(3, Side) * canvas.Uniform(0, 0.04));
    }

    // 1 inside, 0 outside, one pixel wide in between.
    private static Tensor Edge(Tensor distance) => (0.5 - (distance * (Side / 2.0))).clamp(0, 1);

    // [count, 1, 1, 1]
    private static Tensor Column(IReadOnlyList<Thing> things, Func<Thing, int> value) =>
        tensor(things.Select(t => (long)value(t)).ToArray()).reshape(things.Count, 1, 1, 1);

    // Each value has its own formula: pictures are taken together by value, and put back in order.
    private static Tensor ByGroup(
        IReadOnlyList<Thing> things,
        Func<Thing, int> value,
        AttributeWords attribute,
        Tensor[] inputs,
        Func<string, Tensor[], Tensor> formula)
    {
        Tensor result = empty([things.Count, 1, Side, Side]);
        foreach (IGrouping<int, int> group in Enumerable.Range(0, things.Count).GroupBy(i => value(things[i])))
        {
            using DisposeScope part = NewDisposeScope();
            Tensor rows = tensor(group.Select(i => (long)i).ToArray());
            result.index_copy_(0, rows, formula(attribute.Values[group.Key], inputs.Select(t => t.index_select(0, rows)).ToArray()));
        }
        return result;
    }
}
