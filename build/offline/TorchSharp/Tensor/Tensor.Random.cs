namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor bernoulli(Generator? generator = null) => Operator.Call("bernoulli", "", this, generator);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) =>
            Operator.CallInPlace("bernoulli_", "float", this, p, generator);

        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Operator.CallInPlace("bernoulli_", "Tensor", this, p, generator);

        public Tensor cauchy_(double median = 0, double sigma = 1, Generator? generator = null) =>
            Operator.CallInPlace("cauchy_", "", this, median, sigma, generator);

        public Tensor exponential_(double lambda = 1, Generator? generator = null) =>
            Operator.CallInPlace("exponential_", "", this, lambda, generator);

        public Tensor geometric_(double p, Generator? generator = null) => Operator.CallInPlace("geometric_", "", this, p, generator);

        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Operator.CallInPlace("log_normal_", "", this, mean, std, generator);

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Operator.Call("multinomial", "", this, num_samples, replacement, generator);

        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Operator.CallInPlace("normal_", "", this, mean, std, generator);

        public Tensor poisson(Generator? generator = null) => Operator.Call("poisson", "", this, generator);

        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("rand_like", "", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        public Tensor randint_like(long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("randint_like", "low_dtype", this, low, high, dtype, Argument.None, device).with_requires_grad(requires_grad);

        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("randn_like", "", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        public Tensor random_(double from, double to, Generator? generator = null) =>
            Operator.CallInPlace("random_", "from", this, (long)from, (long)to, generator);

        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            Operator.CallInPlace("uniform_", "", this, from, to, generator);
    }
}
