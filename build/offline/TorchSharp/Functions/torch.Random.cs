namespace TorchSharp;

public static partial class torch
{
    public static Tensor _sample_dirichlet(Tensor input, Generator? generator = null) =>
        Operator.Call("_sample_dirichlet", "", input, generator);

    public static Tensor _standard_gamma(Tensor input, Generator? generator = null) =>
        Operator.Call("_standard_gamma", "", input, generator);

    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    public static Tensor binomial(Tensor count, Tensor probs, Generator? generator = null) =>
        Operator.Call("binomial", "", count, probs, generator);

    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        input.multinomial(num_samples, replacement, generator);

    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null) =>
        Operator.Call("normal", "Tensor_Tensor", mean, std, generator);

    public static Tensor poisson(Tensor input, Generator? generator = null) => input.poisson(generator);
}
