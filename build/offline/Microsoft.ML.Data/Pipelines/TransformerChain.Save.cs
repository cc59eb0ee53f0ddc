using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(TransformerChain<ITransformer>), typeof(TransformerChain), null, typeof(SignatureLoadModel), "Transformer chain", TransformerChain.LoaderSignature)]

namespace Microsoft.ML.Data;

public sealed partial class TransformerChain<TLastTransformer>
{
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(TransformerChain.Version());
        ctx.Writer.Write(_transformers.Length);
        for (var index = 0; index < _transformers.Length; index++)
        {
            ctx.Writer.Write((int)_scopes[index]);
            ctx.SaveModel(_transformers[index], TransformerChain.DirectoryOf(index));
        }
    }
}

/// <summary>The model of a chain: the count, and a scope and a folder a transformer.</summary>
internal static class TransformerChain
{
    public const string LoaderSignature = "TransformerChain";

    public static VersionInfo Version()
        => new("XF CHAIN", 0x00010001, 0x00010001, 0x00010001, typeof(TransformerChain).Assembly.FullName, LoaderSignature);

    public static string DirectoryOf(int index) => $"Transform_{index:000}";

    private static TransformerChain<ITransformer> Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version());
        var count = ctx.Reader.ReadInt32();
        Decoding.Check(count >= 0 && count <= ctx.Header.CbModel / sizeof(int), $"A chain cannot have {count} transformers.");
        var transformers = new ITransformer[count];
        var scopes = new TransformerScope[count];
        for (var index = 0; index < count; index++)
        {
            scopes[index] = (TransformerScope)ctx.Reader.ReadInt32();
            ctx.LoadModel<ITransformer, SignatureLoadModel>(env, out transformers[index], DirectoryOf(index));
        }
        return new TransformerChain<ITransformer>(transformers, scopes);
    }
}
