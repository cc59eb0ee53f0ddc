using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class ModelOperationsCatalog
{
    private const string SchemaEntryName = "Schema";
    private const string TransformerDirectory = "TransformerChain";

    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        _environment.CheckValue(stream, nameof(stream));
        using var repository = RepositoryWriter.CreateNew(stream, _environment);
        ModelSaveContext.SaveModel(repository, model, TransformerDirectory);
        if (inputSchema is not null)
        {
            using var channel = _environment.Start("Saving Schema");
            using var entry = repository.CreateEntry(SchemaEntryName);
            BinarySchemaWriter.Write(entry.Stream, inputSchema, channel);
        }
        repository.Commit();
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        _environment.CheckNonEmpty(filePath, nameof(filePath));
        using var stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        _environment.CheckValue(stream, nameof(stream));
        using var repository = RepositoryReader.Open(stream, _environment);
        inputSchema = ReadSchemaOrNull(repository);
        ModelLoadContext.LoadModel<ITransformer, SignatureLoadModel>(_environment, out var transformer, repository, TransformerDirectory);
        return transformer;
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        _environment.CheckNonEmpty(filePath, nameof(filePath));
        using var stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    private DataViewSchema ReadSchemaOrNull(RepositoryReader repository)
    {
        using var entry = repository.OpenEntryOrNull(SchemaEntryName);
        if (entry is null)
        {
            return null;
        }
        using var channel = _environment.Start("Loading Schema");
        try
        {
            return BinarySchemaReader.Read(entry.Stream, channel);
        }
        catch (FormatException problem)
        {
            throw _environment.ExceptDecode(problem, $"The part '{SchemaEntryName}' of the model is damaged: {problem.Message}");
        }
    }
}
