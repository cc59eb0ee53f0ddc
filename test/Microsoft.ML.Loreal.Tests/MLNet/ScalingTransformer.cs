using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Tests.MLNet;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ScalingTransformer), null, typeof(SignatureLoadModel), "Scaling for tests", ScalingTransformer.LoaderSignature)]

namespace Microsoft.ML.Loreal.Tests.MLNet;

/// <summary>
/// A transformer of an assembly that ML.NET knows nothing of. It changes no data; its model uses every means of saving: the
/// main stream and its string table, a binary stream, a text stream and a sub-model.
/// </summary>
internal sealed class ScalingTransformer(string name, float[] factors, string? note, string? assemblyName = null) : ITransformer
{
    public const string LoaderSignature = "TestScaling";

    public string Name { get; } = name;

    public float[] Factors { get; } = factors;

    public string? Note { get; } = note;

    public string? Text { get; private init; }

    public int Inner { get; private init; }

    public bool IsRowToRowMapper => false;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

    public IDataView Transform(IDataView input) => input;

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException("This transformer maps no rows.");

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version(assemblyName ?? Assembly.GetExecutingAssembly().FullName!));
        ctx.SaveNonEmptyString(Name);
        ctx.SaveStringOrNull(Note);
        ctx.SaveString(Name);
        ctx.SaveBinaryStream("Factors.bin", writer =>
        {
            writer.Write(Factors.Length);
            foreach (float factor in Factors)
            {
                writer.Write(factor);
            }
        });
        ctx.SaveTextStream("Note.txt", writer => writer.Write($"Größe: {Factors.Length}"));
        ctx.SaveSubModel("Inner", inner =>
        {
            inner.SetVersionInfo(new VersionInfo("INNER  M", 1, 1, 1, Assembly.GetExecutingAssembly().FullName, "InnerModel"));
            inner.Writer.Write(Factors.Length * 10);
        });
    }

    private static ScalingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version(Assembly.GetExecutingAssembly().FullName!));
        string name = ctx.LoadNonEmptyString();
        string? note = ctx.LoadStringOrNull();
        if (ctx.LoadString() != name)
        {
            throw new FormatException("The name should be the same string twice.");
        }
        float[] factors = [];
        bool found = ctx.TryLoadBinaryStream("Factors.bin", reader =>
        {
            factors = new float[reader.ReadInt32()];
            for (int index = 0; index < factors.Length; index++)
            {
                factors[index] = reader.ReadSingle();
            }
        });
        string text = "";
        found &= ctx.TryLoadTextStream("Note.txt", reader => text = reader.ReadToEnd());
        int inner = 0;
        found &= ctx.TryProcessSubModel("Inner", model => inner = model.Reader.ReadInt32());
        if (!found || ctx.TryLoadBinaryStream("Nothing.bin", static _ => { }))
        {
            throw new FormatException("The scaling model lacks a part.");
        }
        return new ScalingTransformer(name, factors, note) { Text = text, Inner = inner };
    }

    private static VersionInfo Version(string assemblyName) => new("SCALETST", 0x00010002, 0x00010001, 0x00010001, assemblyName, LoaderSignature);
}
