namespace Microsoft.ML;

/// <summary>The dual of <see cref="ICanSaveModel"/>: a static Create or a constructor with these parameters.</summary>
internal delegate void SignatureLoadModel(ModelLoadContext ctx);
