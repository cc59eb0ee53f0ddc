using System.Globalization;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>The confusion matrix as text: true classes down, predicted classes across, recall to the right, precision below.</summary>
internal static class ConfusionTable
{
    private const string TruthHeader = "PREDICTED";

    public static string Format(ConfusionMatrix matrix, string[] classNames)
    {
        var count = matrix.NumberOfClasses;
        var width = count == 2 ? 8 : 5;
        var longest = classNames.Max(static name => name.Length);

        // Names that do not fit over their columns are replaced by numbers there, and numbered at the rows.
        var numbered = longest > width;
        var digits = Math.Max(count - 1, 0).ToString(CultureInfo.InvariantCulture).Length;
        var labelWidth = Math.Max(TruthHeader.Length, longest + (numbered ? digits + 2 : 0));
        var rule = string.Concat(Enumerable.Repeat(new string('=', count > 2 ? 8 : 11), count));

        var text = new StringBuilder();
        text.AppendLine().AppendLine("Confusion table");
        text.Append(Header("", labelWidth)).AppendLine(rule);
        text.Append(Header(TruthHeader, labelWidth));
        for (var index = 0; index < count; index++)
        {
            var title = numbered ? index.ToString(CultureInfo.InvariantCulture) : classNames[index];
            text.Append(' ').Append(title.PadLeft(width)).Append(" |");
        }
        text.AppendLine(" Recall");
        text.Append(Header("TRUTH", labelWidth)).AppendLine(rule);
        for (var row = 0; row < count; row++)
        {
            var label = numbered ? $"{row.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}. {classNames[row].PadLeft(labelWidth - digits - 2)}" : classNames[row].PadLeft(labelWidth);
            text.Append(label).Append(" ||");
            foreach (var cell in matrix.Counts[row])
            {
                text.Append(' ').Append(cell.ToString("N0", CultureInfo.CurrentCulture).PadLeft(width)).Append(" |");
            }
            text.Append(' ').AppendLine(matrix.PerClassRecall[row].ToString("F4", CultureInfo.CurrentCulture).PadLeft(5));
        }
        text.Append(Header("", labelWidth)).AppendLine(rule);
        text.Append(Header("Precision", labelWidth));
        foreach (var precision in matrix.PerClassPrecision)
        {
            text.Append(precision.ToString("N4", CultureInfo.CurrentCulture).PadLeft(width + 1)).Append(" |");
        }
        return text.AppendLine().ToString();
    }

    private static string Header(string title, int labelWidth) => title.PadRight(labelWidth + 1) + "||";
}
