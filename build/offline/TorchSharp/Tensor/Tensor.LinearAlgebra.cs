namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) =>
            Operator.Call("addbmm", "", this, batch1, batch2, beta, alpha);

        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) =>
            Operator.CallInPlace("addbmm_", "", this, batch1, batch2, beta, alpha);

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f) =>
            Operator.Call("addmm", "", this, mat1, mat2, beta, alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f) =>
            Operator.CallInPlace("addmm_", "", this, mat1, mat2, beta, alpha);

        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f) =>
            Operator.Call("addmv", "", this, mat, vec, beta, alpha);

        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f) =>
            Operator.CallInPlace("addmv_", "", this, mat, vec, beta, alpha);

        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1f, float alpha = 1f) =>
            Operator.Call("addr", "", this, vec1, vec2, beta, alpha);

        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1f, float alpha = 1f) =>
            Operator.CallInPlace("addr_", "", this, vec1, vec2, beta, alpha);

        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) =>
            Operator.Call("baddbmm", "", this, batch1, batch2, beta, alpha);

        public Tensor bmm(Tensor batch2) => Operator.Call("bmm", "", this, batch2);

        public Tensor cholesky(bool upper = false) => Operator.Call("cholesky", "", this, upper);

        public Tensor cholesky_inverse(bool upper = false) => Operator.Call("cholesky_inverse", "", this, upper);

        public Tensor cholesky_solve(Tensor input2, bool upper = false) => Operator.Call("cholesky_solve", "", this, input2, upper);

        public Tensor det() => Operator.Call("det", "", this);

        public Tensor dot(Tensor target) => Operator.Call("dot", "", this, target);

        public (Tensor, Tensor) geqrf() => Operator.CallPair("geqrf", "", this);

        public Tensor ger(Tensor vec2) => Operator.Call("ger", "", this, vec2);

        public Tensor inner(Tensor vec2) => Operator.Call("inner", "", this, vec2);

        public Tensor inverse() => Operator.Call("inverse", "", this);

        public Tensor kron(Tensor other) => Operator.Call("kron", "", this, other);

        public Tensor logdet() => Operator.Call("logdet", "", this);

        public Tensor matmul(Tensor target) => Operator.Call("matmul", "", this, target);

        public Tensor matrix_exp() => Operator.Call("matrix_exp", "", this);

        public Tensor matrix_power(int n) => Operator.Call("matrix_power", "", this, n);

        public Tensor mm(Tensor target) => Operator.Call("mm", "", this, target);

        public Tensor mv(Tensor target) => Operator.Call("mv", "", this, target);

        public Tensor ormqr(Tensor tau, Tensor other, bool left = true, bool transpose = false) =>
            Operator.Call("ormqr", "", this, tau, other, left, transpose);

        public Tensor outer(Tensor vec2) => Operator.Call("outer", "", this, vec2);

        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) =>
            Operator.Call("linalg_pinv", "rcond_tensor", this, torch.tensor(rcond), hermitian);

        public Tensor tensordot(Tensor b, long dims = 2) =>
            Operator.Call("tensordot", "", this, b, TrailingDimensions(dims), LeadingDimensions(dims));

        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Operator.Call("tensordot", "", this, b, dims1, dims2);

        public Tensor tensordot(Tensor b, (long, long)[] dims) =>
            Operator.Call("tensordot", "", this, b, dims.Select(pair => pair.Item1).ToArray(), dims.Select(pair => pair.Item2).ToArray());

        public Tensor trace() => Operator.Call("trace", "", this);

        public Tensor vdot(Tensor target) => Operator.Call("vdot", "", this, target);

        private static long[] LeadingDimensions(long count) => [.. Enumerable.Range(0, (int)count).Select(dim => (long)dim)];

        private long[] TrailingDimensions(long count) => [.. LeadingDimensions(count).Select(dim => Dimensions - count + dim)];
    }
}
