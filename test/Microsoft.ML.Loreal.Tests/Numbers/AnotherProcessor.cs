namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>As long as it is not disposed, the processor counts as one with these products.</summary>
internal sealed class AnotherProcessor : IDisposable
{
    private readonly NativeProducts _before = NativeProducts.Processor;

    public AnotherProcessor(bool bfloat16, bool half) => NativeProducts.Processor = new NativeProducts(bfloat16, half);

    public void Dispose() => NativeProducts.Processor = _before;
}
