using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => Selected(indices);
            set => Selected(indices).copy_(value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => Selected(i1);
            set => Selected(i1).copy_(value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => Selected(i1, i2);
            set => Selected(i1, i2).copy_(value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => Selected(i1, i2, i3);
            set => Selected(i1, i2, i3).copy_(value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Selected(i1, i2, i3, i4);
            set => Selected(i1, i2, i3, i4).copy_(value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Selected(i1, i2, i3, i4, i5);
            set => Selected(i1, i2, i3, i4, i5).copy_(value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Selected(i1, i2, i3, i4, i5, i6);
            set => Selected(i1, i2, i3, i4, i5, i6).copy_(value);
        }

        public Tensor slice(long dim, long start, long finish, long step) =>
            Operator.Call("slice", "Tensor", this, dim, start, finish, step);

        public Tensor index(params TensorIndex[] indices)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor view = View(indices, out Tensor?[] advanced);
            Tensor result = advanced.Any(entry => entry is not null)
                ? Operator.Call("index", "Tensor", view, Argument.OptionalTensors(advanced))
                : ReferenceEquals(view, this) ? alias() : view;
            return result.MoveToOuterDisposeScope();
        }

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using DisposeScope scope = NewDisposeScope();
            return index_put_(full([], value, dtype, device), indices, false);
        }

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor view = View(indices, out Tensor?[] advanced);
            if (advanced.Any(entry => entry is not null))
            {
                Operator.Run("index_put_", "", view, Argument.OptionalTensors(advanced), value.to_type(dtype), accumulate);
            }
            else if (accumulate)
            {
                view.add_(value);
            }
            else
            {
                view.copy_(value);
            }
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using DisposeScope scope = NewDisposeScope();
            return index_put_(full([], value, dtype, device), indices, false);
        }

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            Operator.CallInPlace("index_put_", "", this, Argument.OptionalTensors(indices), value, accumulate);

        private Tensor Selected(params ReadOnlySpan<long> indices)
        {
            Tensor current = this;
            foreach (long index in indices)
            {
                Tensor next = current.select(0, index);
                if (!ReferenceEquals(current, this))
                {
                    current.Dispose();
                }
                current = next;
            }
            return ReferenceEquals(current, this) ? alias() : current;
        }

        // Everything but index tensors becomes a view; each index tensor stands in the list at its place in that view, where a
        // mask is one entry for all the dimensions that it takes.
        private Tensor View(TensorIndex[] indices, out Tensor?[] advanced)
        {
            var found = new List<Tensor?>();
            Tensor view = this;
            int dim = 0;
            int entry = 0;
            int rest = (int)Dimensions - indices.Sum(DimensionsOf);
            foreach (TensorIndex index in indices)
            {
                switch (index.What)
                {
                    case TensorIndex.Kind.Ellipsis:
                        dim += rest;
                        entry += rest;
                        break;
                    case TensorIndex.Kind.NewAxis:
                        view = view.unsqueeze(dim++);
                        entry++;
                        break;
                    case TensorIndex.Kind.Single:
                        view = view.select(dim, index.Start!.Value);
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.Start is not null || index.Stop is not null || index.Step is not null)
                        {
                            view = Operator.Call("slice", "Tensor", view, dim, index.Start, index.Stop, index.Step ?? 1);
                        }
                        dim++;
                        entry++;
                        break;
                    case TensorIndex.Kind.Bool:
                        view = view.unsqueeze(dim++);
                        Place(found, entry++, torch.tensor(new[] { index.Start == 1 }).to(device));
                        break;
                    default:
                        dim += DimensionsOf(index);
                        Place(found, entry++, index.Indices!);
                        break;
                }
            }
            advanced = [.. found];
            return view;
        }

        private static void Place(List<Tensor?> found, int entry, Tensor indices)
        {
            while (found.Count < entry)
            {
                found.Add(null);
            }
            found.Add(indices);
        }

        // A mask takes as many dimensions as it has, an index tensor one.
        private static int DimensionsOf(TensorIndex index) => index.What switch
        {
            TensorIndex.Kind.Slice or TensorIndex.Kind.Single => 1,
            TensorIndex.Kind.Tensor => index.Indices!.dtype is ScalarType.Bool ? (int)index.Indices.Dimensions : 1,
            _ => 0,
        };
    }
}
