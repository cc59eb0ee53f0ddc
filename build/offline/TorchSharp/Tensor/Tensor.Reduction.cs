namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor all() => Operator.Call("all", "", this);

        public Tensor all(long dim, bool keepdim = false) => Operator.Call("all", "dim", this, dim, keepdim);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax((ReadOnlySpan<long>)dims, keepdim, @out);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, "amax", "out", Argument.Of(dims), keepdim) ?? Operator.Call("amax", "", this, Argument.Of(dims), keepdim);

        public Tensor amax(params long[] dims) => Operator.Call("amax", "", this, dims);

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin((ReadOnlySpan<long>)dims, keepdim, @out);

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, "amin", "out", Argument.Of(dims), keepdim) ?? Operator.Call("amin", "", this, Argument.Of(dims), keepdim);

        public Tensor amin(params long[] dims) => Operator.Call("amin", "", this, dims);

        public (Tensor, Tensor) aminmax(long? dim = null, bool keepdim = false) => Operator.CallPair("aminmax", "", this, dim, keepdim);

        public Tensor any() => Operator.Call("any", "", this);

        public Tensor any(long dim, bool keepdim = false) => Operator.Call("any", "dim", this, dim, keepdim);

        public Tensor argmax() => Operator.Call("argmax", "", this);

        public Tensor argmax(long dim, bool keepdim = false) => Operator.Call("argmax", "", this, dim, keepdim);

        public Tensor argmin() => Operator.Call("argmin", "", this);

        public Tensor argmin(long dim, bool keepdim = false) => Operator.Call("argmin", "", this, dim, keepdim);

        public Tensor argsort(long dim = -1, bool descending = false) => Operator.Call("argsort", "", this, dim, descending);

        public Tensor bincount(Tensor weights, long minlength = 0) => Operator.Call("bincount", "", this, weights, minlength);

        public Tensor corrcoef() => Operator.Call("corrcoef", "", this);

        public Tensor count_nonzero(long[]? dims = null) => Operator.Call("count_nonzero", "dim_IntList", this, dims);

        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null) =>
            Operator.Call("cov", "", this, correction, fweights, aweights);

        public (Tensor, Tensor) cummax(long dim) => Operator.CallPair("cummax", "", this, dim);

        public (Tensor, Tensor) cummin(long dim) => Operator.CallPair("cummin", "", this, dim);

        public Tensor cumprod(long dim, ScalarType? type = null) => Operator.Call("cumprod", "", this, dim, type);

        public Tensor cumsum(long dim, ScalarType? type = null) => Operator.Call("cumsum", "", this, dim, type);

        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) =>
            Operator.Call("diff", "", this, n, dim, prepend, append);

        public Tensor dist(Tensor other, float p = 2f) => Operator.Call("dist", "", this, other, p);

        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Operator.Call("histc", "", this, bins, min, max);

        public (Tensor, Tensor) kthvalue(long k, long? dim, bool keepdim = false) =>
            Operator.CallPair("kthvalue", "", this, k, dim ?? -1, keepdim);

        public Tensor logcumsumexp(long dim) => Operator.Call("logcumsumexp", "", this, dim);

        public Tensor logsumexp(long dim, bool keepdim = false) => Operator.Call("logsumexp", "", this, Argument.Of(dim), keepdim);

        public Tensor max() => Operator.Call("max", "", this);

        public (Tensor, Tensor) max(long dim, bool keepdim = false) => Operator.CallPair("max", "dim", this, dim, keepdim);

        public Tensor max(Tensor other) => Operator.Call("max", "other", this, other);

        public Tensor mean() => Operator.Call("mean", "", this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("mean", "dim", this, dimensions, keepdim, type);

        public Tensor median() => Operator.Call("median", "", this);

        public Tensor min() => Operator.Call("min", "", this);

        public (Tensor, Tensor) min(long dim, bool keepdim = false) => Operator.CallPair("min", "dim", this, dim, keepdim);

        public Tensor min(Tensor other) => Operator.Call("min", "other", this, other);

        public (Tensor, Tensor) mode(long dim = -1, bool keepdim = false) => Operator.CallPair("mode", "", this, dim, keepdim);

        public Tensor msort() => Operator.Call("msort", "", this);

        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) =>
            Operator.Call("nanmean", "", this, dim is int d ? Argument.Of(d) : Argument.None, keepdim, dtype);

        public Tensor nanmedian() => Operator.Call("nanmedian", "", this);

        public Tensor nanquantile(Tensor q, long dim = -1, bool keepdim = false) => Operator.Call("nanquantile", "", this, q, dim, keepdim);

        public Tensor nansum() => Operator.Call("nansum", "", this);

        public Tensor norm(int dim, bool keepdim = false, float p = 2f) =>
            Operator.Call("norm", "ScalarOpt_dim", this, p, Argument.Of(dim), keepdim);

        public Tensor norm(float p = 2f) => Operator.Call("norm", "Scalar", this, p);

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("prod", "dim_int", this, dim, keepdim, type);

        public Tensor prod(ScalarType? type = null) => Operator.Call("prod", "", this, type);

        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Operator.Call("quantile", "", this, q, dim, keepdim);

        public Tensor renorm(float p, long dim, float maxnorm) => Operator.Call("renorm", "", this, p, dim, maxnorm);

        public (Tensor, Tensor) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Operator.CallPair("sort", "stable", this, stable, dim, descending);

        public Tensor std(bool unbiased = true) => Operator.Call("std", "", this, unbiased);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim], unbiased, keepdim, type);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("std", "correction", Cast(type), Argument.Of(dimensions), unbiased ? 1 : 0, keepdim);

        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim.Item1, dim.Item2], unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(bool unbiased = true) => Operator.CallPair("std_mean", "", this, unbiased);

        public (Tensor, Tensor) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std_mean([dim], unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std_mean((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(
            ReadOnlySpan<long> dimensions,
            bool unbiased = true,
            bool keepdim = false,
            ScalarType? type = null) =>
            Operator.CallPair("std_mean", "correction", Cast(type), Argument.Of(dimensions), unbiased ? 1 : 0, keepdim);

        public (Tensor, Tensor) std_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std_mean([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std_mean([dim.Item1, dim.Item2], unbiased, keepdim, type);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("sum", "dim_IntList", this, Argument.Of(dim), keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum([dim0, dim1, dim2], keepdim, type);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("sum", "dim_IntList", this, dim, keepdim, type);

        public Tensor sum(ScalarType? type = null) => Operator.Call("sum", "", this, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("sum", "dim_IntList", this, Argument.Of(dim), keepdim, type);

        public (Tensor, Tensor) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Operator.CallPair("topk", "", this, k, dim, largest, sorted);

        public (Tensor, Tensor, Tensor) unique(
            bool sorted = true,
            bool return_inverse = false,
            bool return_counts = false,
            int? dim = null) =>
            dim is int d
                ? Operator.CallTriple("unique_dim", "", this, d, sorted, return_inverse, return_counts)
                : Operator.CallTriple("_unique2", "", this, sorted, return_inverse, return_counts);

        public (Tensor, Tensor, Tensor) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null) =>
            Operator.CallTriple("unique_consecutive", "", this, return_inverse, return_counts, dim is int d ? (long?)d : null);

        public Tensor var(bool unbiased = true) => Operator.Call("var", "", this, unbiased);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim], unbiased, keepdim, type);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("var", "correction", Cast(type), Argument.Of(dimensions), unbiased ? 1 : 0, keepdim);

        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim.Item1, dim.Item2], unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(bool unbiased = true) => Operator.CallPair("var_mean", "", this, unbiased);

        public (Tensor, Tensor) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var_mean([dim], unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var_mean((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(
            ReadOnlySpan<long> dimensions,
            bool unbiased = true,
            bool keepdim = false,
            ScalarType? type = null) =>
            Operator.CallPair("var_mean", "correction", Cast(type), Argument.Of(dimensions), unbiased ? 1 : 0, keepdim);

        public (Tensor, Tensor) var_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var_mean([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var_mean([dim.Item1, dim.Item2], unbiased, keepdim, type);

        // The variance operators have no type of their own: the input is cast first.
        private Tensor Cast(ScalarType? type) => type is ScalarType wanted && wanted != dtype ? to_type(wanted) : this;

        /// <summary>Runs the out= variant when there is somewhere to write; null says that there is not.</summary>
        private Tensor? Into(Tensor? @out, string name, string overload, Argument first, Argument second)
        {
            if (@out is not null)
            {
                Operator.Run(name, overload, this, first, second, @out);
            }
            return @out;
        }
    }
}
