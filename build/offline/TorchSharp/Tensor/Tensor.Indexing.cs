namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor argwhere() => Operator.Call("argwhere", "", this);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Operator.Call("bucketize", "Tensor", this, boundaries, outInt32, right);

        public Tensor diag(long diagonal = 0) => Operator.Call("diag", "", this, diagonal);

        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) =>
            Operator.Call("diag_embed", "", this, offset, dim1, dim2);

        public Tensor diagflat(long offset = 0) => Operator.Call("diagflat", "", this, offset);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Operator.Call("diagonal", "", this, offset, dim1, dim2);

        public Tensor diagonal_scatter(Tensor src, long offset = 0, long dim1 = 0, long dim2 = 1) =>
            Operator.Call("diagonal_scatter", "", this, src, offset, dim1, dim2);

        public Tensor gather(long dim, Tensor index) => Operator.Call("gather", "", this, dim, index);

        public Tensor index(params Tensor[] indices) => Operator.Call("index", "Tensor", this, Argument.OptionalTensors(indices));

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Operator.Call("index_add", "", this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Operator.CallInPlace("index_add_", "", this, dim, index, source, alpha);

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Operator.Call("index_copy", "", this, dim, index, source);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) =>
            Operator.CallInPlace("index_copy_", "", this, dim, index, source);

        public Tensor index_fill(long dim, Tensor index, Scalar value) =>
            Operator.Call("index_fill", "int_Scalar", this, dim, index, value);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) =>
            Operator.CallInPlace("index_fill_", "int_Scalar", this, dim, index, value);

        public Tensor index_select(long dim, Tensor index) => Operator.Call("index_select", "", this, dim, index);

        public Tensor masked_fill(Tensor mask, Scalar value) => Operator.Call("masked_fill", "Scalar", this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Operator.CallInPlace("masked_fill_", "Scalar", this, mask, value);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Operator.Call("masked_scatter", "", this, mask, value);

        public Tensor masked_scatter_(Tensor mask, Tensor value) => Operator.CallInPlace("masked_scatter_", "", this, mask, value);

        public Tensor masked_select(Tensor mask) => Operator.Call("masked_select", "", this, mask);

        public Tensor narrow(long dim, long start, long length) => Operator.Call("narrow", "", this, dim, start, length);

        public Tensor nonzero() => Operator.Call("nonzero", "", this);

        public IList<Tensor> nonzero_as_list() => Operator.CallMany("nonzero_numpy", "", this);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Operator.Call("scatter", "src", this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Operator.CallInPlace("scatter_", "src", this, dim, index, src);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Operator.Call("scatter_add", "", this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Operator.CallInPlace("scatter_add_", "", this, dim, index, src);

        public Tensor select(long dim, long index) => Operator.Call("select", "int", this, dim, index);

        public Tensor select_scatter(Tensor src, long dim, long index) => Operator.Call("select_scatter", "", this, src, dim, index);

        public Tensor slice_scatter(Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1) =>
            Operator.Call("slice_scatter", "", this, src, dim, start, end, step);

        public Tensor take(Tensor index) => Operator.Call("take", "", this, index);

        public Tensor take_along_dim(IEnumerable<long> indices) => take_along_dim(torch.tensor([.. indices], dtype: ScalarType.Int64));

        public Tensor take_along_dim(IEnumerable<long> indices, long dim) =>
            take_along_dim(torch.tensor([.. indices], dtype: ScalarType.Int64), dim);

        public Tensor take_along_dim(Tensor indices) => Operator.Call("take_along_dim", "", this, indices);

        public Tensor take_along_dim(Tensor indices, long dim) => Operator.Call("take_along_dim", "", this, indices, dim);

        public Tensor tril(long diagonal = 0) => Operator.Call("tril", "", this, diagonal);

        public Tensor tril_(long diagonal = 0) => Operator.CallInPlace("tril_", "", this, diagonal);

        public Tensor triu(long diagonal = 0) => Operator.Call("triu", "", this, diagonal);

        public Tensor triu_(long diagonal = 0) => Operator.CallInPlace("triu_", "", this, diagonal);

        public Tensor where(Tensor condition, Tensor y) => Operator.Call("where", "self", condition, this, y);
    }
}
