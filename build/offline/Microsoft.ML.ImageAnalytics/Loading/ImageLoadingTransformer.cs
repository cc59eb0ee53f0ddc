using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageLoadingTransformer), null, typeof(SignatureLoadModel), "", ImageLoadingTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Reads the files that a text column names, when and only when their pixels or bytes are asked for.</summary>
public sealed class ImageLoadingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageLoaderTransform";

    // From this version on the model says which of the two outputs it has.
    private const uint VersionWithOutputKind = 0x00010003;

    public readonly string ImageFolder;

    private readonly bool _decodes;

    internal ImageLoadingTransformer(
        IHostEnvironment env, string imageFolder, bool decodes, params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(ImageLoadingTransformer)), columns)
    {
        if (!string.IsNullOrEmpty(imageFolder))
        {
            ImageFolder = Directory.Exists(imageFolder)
                ? Path.GetFullPath(imageFolder)
                : throw new ArgumentException($"Directory \"{imageFolder}\" does not exist.", nameof(imageFolder));
        }
        _decodes = decodes;
    }

    private ImageLoadingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        ImageFolder = ctx.LoadStringOrNull();
        _decodes = ctx.Header.ModelVerWritten < VersionWithOutputKind || ctx.Reader.ReadBoolean();
    }

    internal IReadOnlyList<(string outputColumnName, string inputColumnName)> Columns => ColumnPairs;

    /// <summary>The factory that <see cref="SignatureLoadModel"/> names.</summary>
    private static ImageLoadingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(GetVersionInfo());
        return new ImageLoadingTransformer(env.Register(nameof(ImageLoadingTransformer)), ctx);
    }

    private static VersionInfo GetVersionInfo()
        => new(
            modelSignature: "IMGLOADR",
            verWrittenCur: VersionWithOutputKind,
            verReadableCur: VersionWithOutputKind,
            verWeCanReadBack: VersionWithOutputKind,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(ImageLoadingTransformer).Assembly.FullName);

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (type is not TextDataViewType)
        {
            throw Host.ExceptSchemaMismatch(
                nameof(inputSchema), "input", ColumnPairs[col].inputColumnName, TextDataViewType.Instance.ToString(), type.ToString());
        }
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());

        // The columns, then the folder's string, then whether images are decoded.
        SaveColumns(ctx);
        ctx.SaveStringOrNull(ImageFolder);
        ctx.Writer.Write(_decodes);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private string PathOf(ReadOnlyMemory<char> name)
        => string.IsNullOrWhiteSpace(ImageFolder) ? name.ToString() : Path.Combine(ImageFolder, name.ToString());

    private sealed class Mapper(ImageLoadingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            DataViewType type = parent._decodes ? new ImageDataViewType() : new VectorDataViewType(NumberDataViewType.Byte);
            return [.. parent.ColumnPairs.Select(pair => new DataViewSchema.DetachedColumn(pair.outputColumnName, type, null))];
        }

        protected override Delegate MakeGetter(DataViewRow input, int output, Func<int, bool> activeOutput, out Action disposer)
        {
            var getName = input.GetGetter<ReadOnlyMemory<char>>(input.Schema[Sources[output]]);
            if (parent._decodes)
            {
                return MakeImageGetter(getName, out disposer);
            }
            disposer = null;
            return MakeBytesGetter(getName);
        }

        /// <summary>The image that the caller hands in is disposed, and the last one given out together with the cursor.</summary>
        private ValueGetter<MLImage> MakeImageGetter(ValueGetter<ReadOnlyMemory<char>> getName, out Action disposer)
        {
            MLImage last = null;
            ReadOnlyMemory<char> name = default;
            disposer = () => last?.Dispose();
            return (ref MLImage image) =>
            {
                image?.Dispose();
                image = null;
                getName(ref name);
                if (name.Length > 0)
                {
                    var path = parent.PathOf(name);
                    using var file = File.OpenRead(path);
                    image = MLImage.CreateFromStream(file);
                    image.Tag = path;
                }
                last = image;
            };
        }

        private ValueGetter<VBuffer<byte>> MakeBytesGetter(ValueGetter<ReadOnlyMemory<char>> getName)
        {
            ReadOnlyMemory<char> name = default;
            return (ref VBuffer<byte> bytes) =>
            {
                getName(ref name);
                if (name.Length == 0)
                {
                    bytes = VBufferEditor.Create(ref bytes, 0).Commit();
                    return;
                }
                var content = File.ReadAllBytes(parent.PathOf(name));
                bytes = new VBuffer<byte>(content.Length, content);
            };
        }
    }
}
