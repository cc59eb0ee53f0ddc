namespace Microsoft.ML.Data;

/// <summary>A chain of whatever last transformer, of which a part can be left out.</summary>
internal interface IScopedTransformer
{
    IDataView Transform(IDataView input, TransformerScope scope);
}
