namespace TorchSharp;

public static partial class torch
{
    public static partial class linalg
    {
        public static Tensor cholesky(Tensor input) => Operator.Call("linalg_cholesky", "", input);

        public static (Tensor, Tensor) cholesky_ex(Tensor input, bool check_errors = false) =>
            Operator.CallPair("linalg_cholesky_ex", "", input, check_errors);

        public static Tensor cross(Tensor input, Tensor other, long dim = -1) => Operator.Call("linalg_cross", "", input, other, dim);

        public static Tensor det(Tensor input) => Operator.Call("linalg_det", "", input);

        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1) =>
            Operator.Call("linalg_diagonal", "", input, offset, dim1, dim2);

        public static (Tensor, Tensor) eig(Tensor input) => Operator.CallPair("linalg_eig", "", input);

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Operator.CallPair("linalg_eigh", "", input, UPLO.ToString());

        public static Tensor eigvals(Tensor input) => Operator.Call("linalg_eigvals", "", input);

        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Operator.Call("linalg_eigvalsh", "", input, UPLO.ToString());

        public static Tensor householder_product(Tensor A, Tensor tau) => Operator.Call("linalg_householder_product", "", A, tau);

        public static Tensor inv(Tensor input) => Operator.Call("linalg_inv", "", input);

        public static (Tensor, Tensor) inv_ex(Tensor input, bool check_errors = false) =>
            Operator.CallPair("linalg_inv_ex", "", input, check_errors);

        public static (Tensor, Tensor, Tensor) lu(Tensor input, bool pivot = true) => Operator.CallTriple("linalg_lu", "", input, pivot);

        public static (Tensor, Tensor) lu_factor(Tensor input, bool pivot = true) =>
            Operator.CallPair("linalg_lu_factor", "", input, pivot);

        public static Tensor matrix_exp(Tensor input) => Operator.Call("linalg_matrix_exp", "", input);

        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_matrix_norm", "", input, ord, dims ?? [-2, -1], keepdim);

        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_matrix_norm", "str_ord", input, ord, dims ?? [-2, -1], keepdim);

        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Operator.Call("linalg_matrix_rank", "atol_rtol_float", input, atol, rtol, hermitian);

        public static Tensor matrix_rank(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) =>
            Operator.Call("linalg_matrix_rank", "atol_rtol_tensor", input, atol, rtol, hermitian);

        public static Tensor multi_dot(IList<Tensor> tensors) => Operator.Call("linalg_multi_dot", "", tensors.ToArray());

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_norm", "", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_norm", "", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_norm", "", input, Argument.None, dims, keepdim);

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_norm", "ord_str", input, ord, dims, keepdim);

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Operator.Call("linalg_pinv", "atol_rtol_float", input, atol, rtol, hermitian);

        public static Tensor pinv(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) =>
            Operator.Call("linalg_pinv", "atol_rtol_tensor", input, atol, rtol, hermitian);

        public static (Tensor, Tensor) slogdet(Tensor input) => Operator.CallPair("linalg_slogdet", "", input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Operator.Call("linalg_solve", "", A, B, left);

        public static (Tensor, Tensor) solve_ex(Tensor A, Tensor B, bool left = true, bool check_errors = false) =>
            Operator.CallPair("linalg_solve_ex", "", A, B, left, check_errors);

        public static (Tensor, Tensor, Tensor) svd(Tensor input, bool fullMatrices = true) =>
            Operator.CallTriple("linalg_svd", "", input, fullMatrices);

        public static Tensor svdvals(Tensor input) => Operator.Call("linalg_svdvals", "", input);

        public static Tensor tensorinv(Tensor input, long ind) => Operator.Call("linalg_tensorinv", "", input, ind);

        public static Tensor tensorsolve(Tensor A, Tensor B, long[] dims) => Operator.Call("linalg_tensorsolve", "", A, B, dims);

        public static Tensor vander(Tensor input, long? N = null) => Operator.Call("linalg_vander", "", input, N);

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Operator.Call("linalg_vector_norm", "", input, ord, dims, keepdim);
    }
}
