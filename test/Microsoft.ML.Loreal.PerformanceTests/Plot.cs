using System.Globalization;
using System.Text;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>Panels with two lines each, ours and the published way, on logarithmic axes, as an SVG file.</summary>
internal sealed class Plot(string title)
{
    private const int Width = 420;
    private const int Height = 330;
    private const int Left = 60;
    private const int Top = 50;
    private const int Bottom = 50;
    private const int Right = 20;

    private readonly StringBuilder _panels = new();
    private int _count;

    public void Add(string heading, string axis, IReadOnlyList<(double X, double Y)> ours, IReadOnlyList<(double X, double Y)> published)
    {
        var all = ours.Concat(published).ToList();
        (double lowX, double highX) = (all.Min(p => p.X), all.Max(p => p.X));
        (double lowY, double highY) = (Power(Math.Floor(Log(all.Min(p => p.Y)))), Power(Math.Ceiling(Log(all.Max(p => p.Y)))));
        _panels.AppendLine(Invariant($"<g transform=\"translate({_count++ * Width},0)\">"));
        Text(Width / 2, Top - 12, heading, "middle", 13);
        Text(Width / 2, Height - 8, axis, "middle", 12);
        for (double decade = Log(lowY); decade <= Log(highY); decade++)
        {
            double y = Y(Power(decade));
            _panels.AppendLine(Invariant($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.0}\" y2=\"{y:0.0}\" stroke=\"#ddd\"/>"));
            Text(Left - 6, y + 4, Invariant($"{Power(decade):0.###} s"), "end", 11);
        }

        foreach ((double x, double _) in ours)
        {
            Text(X(x), Height - Bottom + 16, Invariant($"{x}"), "middle", 10);
        }

        Line(published, "#c0392b", "published way");
        Line(ours, "#2471a3", "ours");
        _panels.AppendLine("</g>");

        double X(double x) => Left + ((Width - Left - Right) * (Log(x) - Log(lowX)) / (Log(highX) - Log(lowX)));
        double Y(double y) => Height - Bottom - ((Height - Top - Bottom) * (Log(y) - Log(lowY)) / (Log(highY) - Log(lowY)));

        void Line(IReadOnlyList<(double X, double Y)> points, string color, string name)
        {
            string path = string.Join(' ', points.Select(p => Invariant($"{X(p.X):0.0},{Y(p.Y):0.0}")));
            _panels.AppendLine(Invariant($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>"));
            foreach ((double X, double Y) p in points)
            {
                _panels.AppendLine(Invariant($"<circle cx=\"{X(p.X):0.0}\" cy=\"{Y(p.Y):0.0}\" r=\"3\" fill=\"{color}\"/>"));
            }

            (double X, double Y) label = points[points.Count / 2];
            _panels.Append(Invariant($"<text x=\"{X(label.X):0.0}\" y=\"{Y(label.Y) - 9:0.0}\" "));
            _panels.AppendLine(Invariant($"fill=\"{color}\" font-size=\"12\" text-anchor=\"end\">{name}</text>"));
        }
    }

    public void Write(string path)
    {
        int width = Width * _count;
        File.WriteAllText(path, Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {Height}\" ")
            + Invariant($"width=\"{width}\" height=\"{Height}\" font-family=\"sans-serif\">\n")
            + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
            + Invariant($"<text x=\"{width / 2}\" y=\"18\" text-anchor=\"middle\" font-size=\"14\" font-weight=\"bold\">{title}</text>\n")
            + _panels
            + "</svg>\n");
    }

    private static double Log(double value) => Math.Log10(value);

    private static double Power(double exponent) => Math.Pow(10, exponent);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Text(double x, double y, string text, string anchor, int size) =>
        _panels.AppendLine(Invariant($"<text x=\"{x:0.0}\" y=\"{y:0.0}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{text}</text>"));
}
