namespace Microsoft.ML.Loreal;

/// <summary>The optimizer of a training stage.</summary>
public enum PromptOptimizer
{
    /// <summary>Stochastic gradient descent with momentum 0.9 and coupled weight decay.</summary>
    Sgd,

    /// <summary>Adam with betas 0.9 and 0.999, epsilon 1e-8 and coupled weight decay.</summary>
    Adam,

    /// <summary>AdamW with betas 0.9 and 0.999, epsilon 1e-8 and decoupled weight decay.</summary>
    AdamW,
}
