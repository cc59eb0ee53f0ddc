using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public override string ToString() => IsInvalid ? "[disposed]" : Metadata();

        public string ToString(
            bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            disamb ? Metadata() : ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

        public string ToString(
            TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (style == TensorStringStyle.Metadata || device_type == DeviceType.META)
            {
                return Metadata();
            }
            var text = new StringBuilder();
            if (style is TensorStringStyle.Julia or TensorStringStyle.Default)
            {
                text.Append(Metadata()).Append(newLine ?? Environment.NewLine);
            }
            using DisposeScope scope = NewDisposeScope();
            using IDisposable mode = no_grad();
            Tensor values = detach().to(is_complex() ? ScalarType.ComplexFloat64 : ScalarType.Float64, CPU).contiguous();
            AppendValues(text, values, fltFormat ?? "g5", cultureInfo ?? CultureInfo.InvariantCulture, newLine ?? Environment.NewLine, 0);
            return text.ToString();
        }

        // At most this many entries of a dimension are printed, half of them from each end.
        private const int PrintedEntries = 12;

        private static void AppendValues(
            StringBuilder text, Tensor values, string format, CultureInfo culture, string newLine, int depth)
        {
            if (values.Dimensions == 0)
            {
                Scalar value = values.ToScalar();
                text.Append(torch.is_complex(value.Type)
                    ? value.ToComplexFloat64().ToString(format, culture)
                    : value.ToDouble().ToString(format, culture));
                return;
            }
            text.Append('[');
            long size = values.shape[0];
            for (long i = 0; i < size; i++)
            {
                if (size > PrintedEntries && i == PrintedEntries / 2)
                {
                    i = size - (PrintedEntries / 2);
                    text.Append("... ");
                }
                AppendValues(text, values[i], format, culture, newLine, depth + 1);
                if (i < size - 1 && values.Dimensions > 1)
                {
                    text.Append(newLine).Append(' ', depth + 1);
                }
                else if (i < size - 1)
                {
                    text.Append(' ');
                }
            }
            text.Append(']');
        }

        private string Metadata() =>
            $"[{string.Join('x', shape)}], type = {dtype}, device = {device}" + (Dimensions == 0 && is_cpu() ? $", value = {Text()}" : string.Empty);

        private string Text()
        {
            Scalar value = ToScalar();
            return torch.is_complex(value.Type)
                ? value.ToComplexFloat64().ToString(CultureInfo.InvariantCulture)
                : value.ToDouble().ToString("g5", CultureInfo.InvariantCulture);
        }
    }
}
