namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
            Operator.CallScalar("allclose", "", this, target, rtol, atol, equal_nan).ToBoolean();

        public Tensor bitwise_and(Tensor other) => Operator.Call("bitwise_and", "Tensor", this, other);

        public Tensor bitwise_and_(Tensor other) => Operator.CallInPlace("bitwise_and_", "Tensor", this, other);

        public Tensor bitwise_left_shift(Tensor other) => Operator.Call("bitwise_left_shift", "Tensor", this, other);

        public Tensor bitwise_left_shift_(Tensor other) => Operator.CallInPlace("bitwise_left_shift_", "Tensor", this, other);

        public Tensor bitwise_not() => Operator.Call("bitwise_not", "", this);

        public Tensor bitwise_not_() => Operator.CallInPlace("bitwise_not_", "", this);

        public Tensor bitwise_or(Tensor other) => Operator.Call("bitwise_or", "Tensor", this, other);

        public Tensor bitwise_or_(Tensor other) => Operator.CallInPlace("bitwise_or_", "Tensor", this, other);

        public Tensor bitwise_right_shift(Tensor other) => Operator.Call("bitwise_right_shift", "Tensor", this, other);

        public Tensor bitwise_right_shift_(Tensor other) => Operator.CallInPlace("bitwise_right_shift_", "Tensor", this, other);

        public Tensor bitwise_xor(Tensor other) => Operator.Call("bitwise_xor", "Tensor", this, other);

        public Tensor bitwise_xor_(Tensor other) => Operator.CallInPlace("bitwise_xor_", "Tensor", this, other);

        public Tensor eq(Scalar target) => Operator.Call("eq", "Scalar", this, target);

        public Tensor eq(Tensor target) => Operator.Call("eq", "Tensor", this, target);

        public Tensor eq_(Scalar target) => Operator.CallInPlace("eq_", "Scalar", this, target);

        public Tensor eq_(Tensor target) => Operator.CallInPlace("eq_", "Tensor", this, target);

        public Tensor equal(Tensor target) => eq(target);

        public Tensor fmax(Tensor other) => Operator.Call("fmax", "", this, other);

        public Tensor fmin(Tensor other) => Operator.Call("fmin", "", this, other);

        public Tensor ge(Scalar target) => Operator.Call("ge", "Scalar", this, target);

        public Tensor ge(Tensor target) => Operator.Call("ge", "Tensor", this, target);

        public Tensor ge_(Scalar target) => Operator.CallInPlace("ge_", "Scalar", this, target);

        public Tensor ge_(Tensor target) => Operator.CallInPlace("ge_", "Tensor", this, target);

        public Tensor greater(Tensor target) => Operator.Call("greater", "Tensor", this, target);

        public Tensor greater_equal(Tensor target) => Operator.Call("greater_equal", "Tensor", this, target);

        public Tensor gt(Scalar target) => Operator.Call("gt", "Scalar", this, target);

        public Tensor gt(Tensor target) => Operator.Call("gt", "Tensor", this, target);

        public Tensor gt_(Scalar target) => Operator.CallInPlace("gt_", "Scalar", this, target);

        public Tensor gt_(Tensor target) => Operator.CallInPlace("gt_", "Tensor", this, target);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
            Operator.Call("isclose", "", this, other, rtol, atol, nanEqual);

        public Tensor isfinite() => Operator.Call("isfinite", "", this);

        public Tensor isinf() => Operator.Call("isinf", "", this);

        public Tensor isnan() => Operator.Call("isnan", "", this);

        public Tensor isneginf() => Operator.Call("isneginf", "", this);

        public Tensor isposinf() => Operator.Call("isposinf", "", this);

        public Tensor isreal() => Operator.Call("isreal", "", this);

        public Tensor le(Scalar target) => Operator.Call("le", "Scalar", this, target);

        public Tensor le(Tensor target) => Operator.Call("le", "Tensor", this, target);

        public Tensor le_(Scalar target) => Operator.CallInPlace("le_", "Scalar", this, target);

        public Tensor le_(Tensor target) => Operator.CallInPlace("le_", "Tensor", this, target);

        public Tensor less(Tensor target) => Operator.Call("less", "Tensor", this, target);

        public Tensor less_equal(Tensor target) => Operator.Call("less_equal", "Tensor", this, target);

        public Tensor less_equal_(Tensor target) => Operator.CallInPlace("less_equal_", "Tensor", this, target);

        public Tensor logical_and(Tensor other) => Operator.Call("logical_and", "", this, other);

        public Tensor logical_and_(Tensor other) => Operator.CallInPlace("logical_and_", "", this, other);

        public Tensor logical_not() => Operator.Call("logical_not", "", this);

        public Tensor logical_not_() => Operator.CallInPlace("logical_not_", "", this);

        public Tensor logical_or(Tensor other) => Operator.Call("logical_or", "", this, other);

        public Tensor logical_or_(Tensor other) => Operator.CallInPlace("logical_or_", "", this, other);

        public Tensor logical_xor(Tensor other) => Operator.Call("logical_xor", "", this, other);

        public Tensor logical_xor_(Tensor other) => Operator.CallInPlace("logical_xor_", "", this, other);

        public Tensor lt(Scalar target) => Operator.Call("lt", "Scalar", this, target);

        public Tensor lt(Tensor target) => Operator.Call("lt", "Tensor", this, target);

        public Tensor lt_(Scalar target) => Operator.CallInPlace("lt_", "Scalar", this, target);

        public Tensor lt_(Tensor target) => Operator.CallInPlace("lt_", "Tensor", this, target);

        public Tensor maximum(Tensor other) => Operator.Call("maximum", "", this, other);

        public Tensor minimum(Tensor other) => Operator.Call("minimum", "", this, other);

        public Tensor ne(Scalar target) => Operator.Call("ne", "Scalar", this, target);

        public Tensor ne(Tensor target) => Operator.Call("ne", "Tensor", this, target);

        public Tensor ne_(Scalar target) => Operator.CallInPlace("ne_", "Scalar", this, target);

        public Tensor ne_(Tensor target) => Operator.CallInPlace("ne_", "Tensor", this, target);

        public Tensor not_equal(Tensor target) => Operator.Call("not_equal", "Tensor", this, target);

        public Tensor not_equal_(Tensor target) => Operator.CallInPlace("not_equal_", "Tensor", this, target);

        public Tensor signbit() => Operator.Call("signbit", "", this);
    }
}
