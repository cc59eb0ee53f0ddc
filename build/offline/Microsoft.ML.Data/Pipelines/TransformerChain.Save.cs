namespace Microsoft.ML.Data;

public sealed partial class TransformerChain<TLastTransformer>
{
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
    }
}
