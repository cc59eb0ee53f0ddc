namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor adjoint() => Operator.Call("adjoint", "", this);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            Operator.Call("as_strided", "", this, size, strides, storageOffset);

        public Tensor atleast_1d() => Operator.Call("atleast_1d", "", this);

        public Tensor atleast_2d() => Operator.Call("atleast_2d", "", this);

        public Tensor atleast_3d() => Operator.Call("atleast_3d", "", this);

        public Tensor broadcast_to(params long[] shape) => Operator.Call("broadcast_to", "", this, shape);

        public Tensor channel_shuffle(long groups) => Operator.Call("channel_shuffle", "", this, groups);

        public Tensor[] chunk(long chunks, long dim = 0) => Operator.CallMany("chunk", "", this, chunks, dim);

        public Tensor contiguous() => Operator.Call("contiguous", "", this);

        public Tensor[] dsplit(long size) => Operator.CallMany("dsplit", "int", this, size);

        public Tensor[] dsplit(params long[] sizes) => Operator.CallMany("dsplit", "array", this, sizes);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Operator.Call("expand", "", this, sizes, isImplicit);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) =>
            Operator.Call("expand", "", this, Argument.Of(sizes), isImplicit);

        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);

        public Tensor expand(params long[] sizes) => Operator.Call("expand", "", this, sizes);

        public Tensor expand_as(Tensor other) => Operator.Call("expand_as", "", this, other);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Operator.Call("flatten", "using_ints", this, start_dim, end_dim);

        public Tensor flip(params long[] dims) => Operator.Call("flip", "", this, dims);

        public Tensor fliplr() => Operator.Call("fliplr", "", this);

        public Tensor flipud() => Operator.Call("flipud", "", this);

        public Tensor[] hsplit(long size) => Operator.CallMany("hsplit", "int", this, size);

        public Tensor[] hsplit(params long[] sizes) => Operator.CallMany("hsplit", "array", this, sizes);

        public Tensor moveaxis(long[] source, long[] destination) => Operator.Call("moveaxis", "intlist", this, source, destination);

        public Tensor movedim(long[] source, long[] destination) => Operator.Call("movedim", "intlist", this, source, destination);

        public Tensor permute(IEnumerable<long> permutation) => Operator.Call("permute", "", this, permutation.ToArray());

        public Tensor permute(params long[] permutation) => Operator.Call("permute", "", this, permutation);

        public Tensor ravel() => Operator.Call("ravel", "", this);

        public Tensor repeat(params long[] sizes) => Operator.Call("repeat", "", this, sizes);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Operator.Call("repeat_interleave", "self_int", this, repeats, dim, output_size);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Operator.Call("repeat_interleave", "self_Tensor", this, repeats, dim, output_size);

        public Tensor reshape(params long[] shape) => Operator.Call("reshape", "", this, shape);

        public Tensor roll(long shifts, long? dims = null) =>
            Operator.Call("roll", "", this, Argument.Of(shifts), dims is long d ? Argument.Of(d) : Argument.Default);

        public Tensor roll(long[] shifts) => Operator.Call("roll", "", this, shifts);

        public Tensor roll(long[] shifts, long[] dims) => Operator.Call("roll", "", this, shifts, dims);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            Operator.Call("roll", "", this, Argument.Of(shifts), Argument.Of(dims));

        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            roll([shifts.Item1, shifts.Item2, shifts.Item3], [dims.Item1, dims.Item2, dims.Item3]);

        public Tensor roll((long, long) shifts, (long, long) dims) => roll([shifts.Item1, shifts.Item2], [dims.Item1, dims.Item2]);

        public Tensor rot90(long k = 1, (long, long)? dims = null) =>
            Operator.Call("rot90", "", this, k, dims is (long first, long second) ? Argument.Of(first, second) : Argument.Default);

        public Tensor[] split(long size, int dim = 0) => Operator.CallMany("split", "Tensor", this, size, dim);

        public Tensor[] split(long[] sizes, long dim = 0) => Operator.CallMany("split_with_sizes", "", this, sizes, dim);

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) =>
            Operator.CallMany("split_with_sizes", "", this, Argument.Of(sizes), dim);

        public Tensor[] split(params long[] sizes) => Operator.CallMany("split_with_sizes", "", this, sizes);

        public Tensor squeeze(long? dim = null) =>
            dim is long d ? Operator.Call("squeeze", "dim", this, d) : Operator.Call("squeeze", "", this);

        public Tensor squeeze_(long? dim = null) =>
            dim is long d ? Operator.CallInPlace("squeeze_", "dim", this, d) : Operator.CallInPlace("squeeze_", "", this);

        public Tensor swapaxes(long dim0, long dim1) => Operator.Call("swapaxes", "", this, dim0, dim1);

        public Tensor swapdims(long dim0, long dim1) => Operator.Call("swapdims", "", this, dim0, dim1);

        public Tensor t() => Operator.Call("t", "", this);

        public Tensor[] tensor_split(long size, long dim = 0) => Operator.CallMany("tensor_split", "sections", this, size, dim);

        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Operator.CallMany("tensor_split", "indices", this, sizes, dim);

        public Tensor[] tensor_split(Tensor indices, long dim = 0) =>
            Operator.CallMany("tensor_split", "tensor_indices_or_sections", this, indices, dim);

        public Tensor tile(long[] reps) => Operator.Call("tile", "", this, reps);

        public Tensor to_dense() => Operator.Call("to_dense", "", this);

        public Tensor transpose(long dim0, long dim1) => Operator.Call("transpose", "int", this, dim0, dim1);

        public Tensor transpose_(long dim0, long dim1) => Operator.CallInPlace("transpose_", "", this, dim0, dim1);

        public Tensor[] unbind(long dimension = 0) => Operator.CallMany("unbind", "int", this, dimension);

        public Tensor unflatten(long dim, Size sizes) => unflatten(dim, sizes.Shape);

        public Tensor unflatten(long dim, params long[] sizes) => Operator.Call("unflatten", "int", this, dim, sizes);

        public Tensor unfold(long dimension, long size, long step) => Operator.Call("unfold", "", this, dimension, size, step);

        public Tensor unsqueeze(long dim) => Operator.Call("unsqueeze", "", this, dim);

        public Tensor unsqueeze_(long dim) => Operator.CallInPlace("unsqueeze_", "", this, dim);

        public Tensor view(params long[] shape) => Operator.Call("view", "", this, shape);

        public Tensor view_as(Tensor other) => Operator.Call("view_as", "", this, other);

        public Tensor view_as_complex() => Operator.Call("view_as_complex", "", this);

        public Tensor view_as_real() => Operator.Call("view_as_real", "", this);

        public Tensor[] vsplit(long size) => Operator.CallMany("vsplit", "int", this, size);

        public Tensor[] vsplit(params long[] sizes) => Operator.CallMany("vsplit", "array", this, sizes);
    }
}
