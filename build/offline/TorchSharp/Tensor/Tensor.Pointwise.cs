namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs() => Operator.Call("abs", "", this);

        public Tensor abs_() => Operator.CallInPlace("abs_", "", this);

        public Tensor absolute() => Operator.Call("absolute", "", this);

        public Tensor absolute_() => Operator.CallInPlace("absolute_", "", this);

        public Tensor acos() => Operator.Call("acos", "", this);

        public Tensor acos_() => Operator.CallInPlace("acos_", "", this);

        public Tensor acosh() => Operator.Call("acosh", "", this);

        public Tensor acosh_() => Operator.CallInPlace("acosh_", "", this);

        public Tensor add(Scalar scalar) => Operator.Call("add", "Scalar", this, scalar);

        public Tensor add(Scalar scalar, Scalar alpha) => Operator.Call("add", "Scalar", this, scalar, alpha);

        public Tensor add(Tensor target) => Operator.Call("add", "Tensor", this, target);

        public Tensor add(Tensor target, Scalar alpha) => Operator.Call("add", "Tensor", this, target, alpha);

        public Tensor add_(Scalar scalar) => Operator.CallInPlace("add_", "Scalar", this, scalar);

        public Tensor add_(Scalar scalar, Scalar alpha) => Operator.CallInPlace("add_", "Scalar", this, scalar, alpha);

        public Tensor add_(Tensor target) => Operator.CallInPlace("add_", "Tensor", this, target);

        public Tensor add_(Tensor target, Scalar alpha) => Operator.CallInPlace("add_", "Tensor", this, target, alpha);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Operator.Call("addcdiv", "", this, tensor1, tensor2);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.Call("addcdiv", "", this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Operator.CallInPlace("addcdiv_", "", this, tensor1, tensor2);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Operator.CallInPlace("addcdiv_", "", this, tensor1, tensor2, value);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.Call("addcmul", "", this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Operator.CallInPlace("addcmul_", "", this, tensor1, tensor2, value);

        public Tensor angle() => Operator.Call("angle", "", this);

        public Tensor arccos() => Operator.Call("arccos", "", this);

        public Tensor arccos_() => Operator.CallInPlace("arccos_", "", this);

        public Tensor arccosh() => Operator.Call("arccosh", "", this);

        public Tensor arccosh_() => Operator.CallInPlace("arccosh_", "", this);

        public Tensor arcsin() => Operator.Call("arcsin", "", this);

        public Tensor arcsin_() => Operator.CallInPlace("arcsin_", "", this);

        public Tensor arcsinh() => Operator.Call("arcsinh", "", this);

        public Tensor arcsinh_() => Operator.CallInPlace("arcsinh_", "", this);

        public Tensor arctan() => Operator.Call("arctan", "", this);

        public Tensor arctan(Tensor other) => Operator.Call("arctan2", "", this, other);

        public Tensor arctan2(Tensor other) => Operator.Call("arctan2", "", this, other);

        public Tensor arctan2_(Tensor other) => Operator.CallInPlace("arctan2_", "", this, other);

        public Tensor arctan_() => Operator.CallInPlace("arctan_", "", this);

        public Tensor arctan_(Tensor other) => Operator.CallInPlace("arctan2_", "", this, other);

        public Tensor arctanh() => Operator.Call("arctanh", "", this);

        public Tensor arctanh_() => Operator.CallInPlace("arctanh_", "", this);

        public Tensor asin() => Operator.Call("asin", "", this);

        public Tensor asin_() => Operator.CallInPlace("asin_", "", this);

        public Tensor asinh() => Operator.Call("asinh", "", this);

        public Tensor asinh_() => Operator.CallInPlace("asinh_", "", this);

        public Tensor atan() => Operator.Call("atan", "", this);

        public Tensor atan2(Tensor other) => Operator.Call("atan2", "", this, other);

        public Tensor atan2_(Tensor other) => Operator.CallInPlace("atan2_", "", this, other);

        public Tensor atan_() => Operator.CallInPlace("atan_", "", this);

        public Tensor atanh() => Operator.Call("atanh", "", this);

        public Tensor atanh_() => Operator.CallInPlace("atanh_", "", this);

        public Tensor ceil() => Operator.Call("ceil", "", this);

        public Tensor ceil_() => Operator.CallInPlace("ceil_", "", this);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Operator.Call("clamp", "", this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Operator.Call("clamp", "Tensor", this, min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Operator.CallInPlace("clamp_", "", this, min, max);

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Operator.CallInPlace("clamp_", "Tensor", this, min, max);

        public Tensor clamp_max(Scalar max) => Operator.Call("clamp_max", "", this, max);

        public Tensor clamp_max_(Scalar max) => Operator.CallInPlace("clamp_max_", "", this, max);

        public Tensor clamp_min(Scalar min) => Operator.Call("clamp_min", "", this, min);

        public Tensor clamp_min_(Scalar min) => Operator.CallInPlace("clamp_min_", "", this, min);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => Operator.Call("clip", "", this, min, max);

        public Tensor clone() => Operator.Call("clone", "", this);

        public Tensor conj() => Operator.Call("conj", "", this);

        public Tensor conj_physical() => Operator.Call("conj_physical", "", this);

        public Tensor conj_physical_() => Operator.CallInPlace("conj_physical_", "", this);

        public Tensor copysign(Tensor other) => Operator.Call("copysign", "Tensor", this, other);

        public Tensor cos() => Operator.Call("cos", "", this);

        public Tensor cos_() => Operator.CallInPlace("cos_", "", this);

        public Tensor cosh() => Operator.Call("cosh", "", this);

        public Tensor cosh_() => Operator.CallInPlace("cosh_", "", this);

        public Tensor deg2rad() => Operator.Call("deg2rad", "", this);

        public Tensor digamma() => Operator.Call("digamma", "", this);

        public Tensor digamma_() => Operator.CallInPlace("digamma_", "", this);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.Call("div", "Scalar_mode", this, target, Rounding(rounding_mode));

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.Call("div", "Tensor_mode", this, target, Rounding(rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.CallInPlace("div_", "Scalar_mode", this, target, Rounding(rounding_mode));

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.CallInPlace("div_", "Tensor_mode", this, target, Rounding(rounding_mode));

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.Call("div", "Scalar_mode", this, target, Rounding(rounding_mode));

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.Call("div", "Tensor_mode", this, target, Rounding(rounding_mode));

        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.CallInPlace("div_", "Scalar_mode", this, target, Rounding(rounding_mode));

        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.CallInPlace("div_", "Tensor_mode", this, target, Rounding(rounding_mode));

        public Tensor erf() => Operator.Call("erf", "", this);

        public Tensor erf_() => Operator.CallInPlace("erf_", "", this);

        public Tensor erfc() => Operator.Call("erfc", "", this);

        public Tensor erfc_() => Operator.CallInPlace("erfc_", "", this);

        public Tensor erfinv() => Operator.Call("erfinv", "", this);

        public Tensor erfinv_() => Operator.CallInPlace("erfinv_", "", this);

        public Tensor exp() => Operator.Call("exp", "", this);

        public Tensor exp2() => Operator.Call("exp2", "", this);

        public Tensor exp_() => Operator.CallInPlace("exp_", "", this);

        public Tensor expm1() => Operator.Call("expm1", "", this);

        public Tensor expm1_() => Operator.CallInPlace("expm1_", "", this);

        public Tensor fill_(Scalar value) => Operator.CallInPlace("fill_", "Scalar", this, value);

        public Tensor fix() => Operator.Call("fix", "", this);

        public Tensor fix_() => Operator.CallInPlace("fix_", "", this);

        public Tensor float_power(Tensor target) => Operator.Call("float_power", "Tensor_Tensor", this, target);

        public Tensor floor() => Operator.Call("floor", "", this);

        public Tensor floor_() => Operator.CallInPlace("floor_", "", this);

        public Tensor floor_divide(Scalar other) => Operator.Call("floor_divide", "Scalar", this, other);

        public Tensor floor_divide(Tensor other) => Operator.Call("floor_divide", "", this, other);

        public Tensor floor_divide_(Scalar other) => Operator.CallInPlace("floor_divide_", "Scalar", this, other);

        public Tensor floor_divide_(Tensor other) => Operator.CallInPlace("floor_divide_", "Tensor", this, other);

        public Tensor fmod(Scalar scalar) => Operator.Call("fmod", "Scalar", this, scalar);

        public Tensor fmod(Tensor target) => Operator.Call("fmod", "Tensor", this, target);

        public Tensor fmod_(Scalar scalar) => Operator.CallInPlace("fmod_", "Scalar", this, scalar);

        public Tensor fmod_(Tensor target) => Operator.CallInPlace("fmod_", "Tensor", this, target);

        public Tensor frac() => Operator.Call("frac", "", this);

        public Tensor frac_() => Operator.CallInPlace("frac_", "", this);

        public (Tensor, Tensor) frexp() => Operator.CallPair("frexp", "Tensor", this);

        public Tensor gcd(Tensor other) => Operator.Call("gcd", "", this, other);

        public Tensor gcd_(Tensor other) => Operator.CallInPlace("gcd_", "", this, other);

        public Tensor heaviside(Tensor other) => Operator.Call("heaviside", "", this, other);

        public Tensor hypot(Tensor other) => Operator.Call("hypot", "", this, other);

        public Tensor i0() => Operator.Call("i0", "", this);

        public Tensor igamma(Tensor other) => Operator.Call("igamma", "", this, other);

        public Tensor igammac(Tensor other) => Operator.Call("igammac", "", this, other);

        public Tensor lcm(Tensor other) => Operator.Call("lcm", "", this, other);

        public Tensor lcm_(Tensor other) => Operator.CallInPlace("lcm_", "", this, other);

        public Tensor ldexp(Tensor other) => Operator.Call("ldexp", "Tensor", this, other);

        public Tensor ldexp_(Tensor other) => Operator.CallInPlace("ldexp_", "", this, other);

        public Tensor lerp(Tensor end, Tensor weight) => Operator.Call("lerp", "Tensor", this, end, weight);

        public Tensor lerp_(Tensor end, Tensor weight) => Operator.CallInPlace("lerp_", "Tensor", this, end, weight);

        public Tensor lgamma() => Operator.Call("lgamma", "", this);

        public Tensor lgamma_() => Operator.CallInPlace("lgamma_", "", this);

        public Tensor log() => Operator.Call("log", "", this);

        public Tensor log10() => Operator.Call("log10", "", this);

        public Tensor log10_() => Operator.CallInPlace("log10_", "", this);

        public Tensor log1p() => Operator.Call("log1p", "", this);

        public Tensor log1p_() => Operator.CallInPlace("log1p_", "", this);

        public Tensor log2() => Operator.Call("log2", "", this);

        public Tensor log2_() => Operator.CallInPlace("log2_", "", this);

        public Tensor log_() => Operator.CallInPlace("log_", "", this);

        public Tensor logaddexp(Tensor other) => Operator.Call("logaddexp", "", this, other);

        public Tensor logaddexp2(Tensor other) => Operator.Call("logaddexp2", "", this, other);

        public Tensor logit(double? eps = null) => Operator.Call("logit", "", this, eps);

        public Tensor mul(Scalar target) => Operator.Call("mul", "Scalar", this, target);

        public Tensor mul(Tensor target) => Operator.Call("mul", "Tensor", this, target);

        public Tensor mul_(Scalar target) => Operator.CallInPlace("mul_", "Scalar", this, target);

        public Tensor mul_(Tensor target) => Operator.CallInPlace("mul_", "Tensor", this, target);

        public Tensor multiply(Scalar target) => Operator.Call("multiply", "Scalar", this, target);

        public Tensor multiply(Tensor target) => Operator.Call("multiply", "Tensor", this, target);

        public Tensor mvlgamma(long p) => Operator.Call("mvlgamma", "", this, p);

        public Tensor mvlgamma_(long p) => Operator.CallInPlace("mvlgamma_", "", this, p);

        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) =>
            Operator.Call("nan_to_num", "", this, nan, posinf, neginf);

        public Tensor neg() => Operator.Call("neg", "", this);

        public Tensor neg_() => Operator.CallInPlace("neg_", "", this);

        public Tensor negative() => Operator.Call("negative", "", this);

        public Tensor nextafter(Tensor other) => Operator.Call("nextafter", "", this, other);

        public Tensor polygamma(long p) => Operator.Call("polygamma", "", p, this);

        public Tensor polygamma_(long p) => Operator.CallInPlace("polygamma_", "", this, p);

        public Tensor positive() => Operator.Call("positive", "", this);

        public Tensor pow(Scalar exponent) => Operator.Call("pow", "Tensor_Scalar", this, exponent);

        public Tensor pow(Tensor exponent) => Operator.Call("pow", "Tensor_Tensor", this, exponent);

        public Tensor pow_(Scalar exponent) => Operator.CallInPlace("pow_", "Scalar", this, exponent);

        public Tensor pow_(Tensor exponent) => Operator.CallInPlace("pow_", "Tensor", this, exponent);

        public Tensor rad2deg() => Operator.Call("rad2deg", "", this);

        public Tensor reciprocal() => Operator.Call("reciprocal", "", this);

        public Tensor reciprocal_() => Operator.CallInPlace("reciprocal_", "", this);

        public Tensor remainder(Scalar scalar) => Operator.Call("remainder", "Scalar", this, scalar);

        public Tensor remainder(Tensor target) => Operator.Call("remainder", "Tensor", this, target);

        public Tensor remainder_(Scalar scalar) => Operator.CallInPlace("remainder_", "Scalar", this, scalar);

        public Tensor remainder_(Tensor target) => Operator.CallInPlace("remainder_", "Tensor", this, target);

        public Tensor resolve_conj() => Operator.Call("resolve_conj", "", this);

        public Tensor resolve_neg() => Operator.Call("resolve_neg", "", this);

        public Tensor round(long decimals = 0) => Operator.Call("round", "decimals", this, decimals);

        public Tensor round_(long decimals = 0) => Operator.CallInPlace("round_", "decimals", this, decimals);

        public Tensor rsqrt() => Operator.Call("rsqrt", "", this);

        public Tensor rsqrt_() => Operator.CallInPlace("rsqrt_", "", this);

        public Tensor sgn() => Operator.Call("sgn", "", this);

        public Tensor sgn_() => Operator.CallInPlace("sgn_", "", this);

        public Tensor sign() => Operator.Call("sign", "", this);

        public Tensor sign_() => Operator.CallInPlace("sign_", "", this);

        public Tensor sin() => Operator.Call("sin", "", this);

        public Tensor sin_() => Operator.CallInPlace("sin_", "", this);

        public Tensor sinc() => Operator.Call("sinc", "", this);

        public Tensor sinc_() => Operator.CallInPlace("sinc_", "", this);

        public Tensor sinh() => Operator.Call("sinh", "", this);

        public Tensor sinh_() => Operator.CallInPlace("sinh_", "", this);

        public Tensor sqrt() => Operator.Call("sqrt", "", this);

        public Tensor sqrt_() => Operator.CallInPlace("sqrt_", "", this);

        public Tensor square() => Operator.Call("square", "", this);

        public Tensor sub(Scalar target) => Operator.Call("sub", "Scalar", this, target);

        public Tensor sub(Tensor target) => Operator.Call("sub", "Tensor", this, target);

        public Tensor sub_(Scalar target) => Operator.CallInPlace("sub_", "Scalar", this, target);

        public Tensor sub_(Tensor target) => Operator.CallInPlace("sub_", "Tensor", this, target);

        public Tensor subtract(Scalar target) => Operator.Call("subtract", "Scalar", this, target);

        public Tensor subtract(Tensor target) => Operator.Call("subtract", "Tensor", this, target);

        public Tensor subtract_(Scalar target) => Operator.CallInPlace("subtract_", "Scalar", this, target);

        public Tensor subtract_(Tensor target) => Operator.CallInPlace("subtract_", "Tensor", this, target);

        public Tensor tan() => Operator.Call("tan", "", this);

        public Tensor tan_() => Operator.CallInPlace("tan_", "", this);

        public Tensor tanh() => Operator.Call("tanh", "", this);

        public Tensor tanh_() => Operator.CallInPlace("tanh_", "", this);

        public Tensor true_divide(Scalar other) => Operator.Call("true_divide", "Scalar", this, other);

        public Tensor true_divide(Tensor other) => Operator.Call("true_divide", "Tensor", this, other);

        public Tensor true_divide_(Scalar other) => Operator.CallInPlace("true_divide_", "Scalar", this, other);

        public Tensor true_divide_(Tensor other) => Operator.CallInPlace("true_divide_", "Tensor", this, other);

        public Tensor trunc() => Operator.Call("trunc", "", this);

        public Tensor trunc_() => Operator.CallInPlace("trunc_", "", this);

        public Tensor xlogy(Scalar y) => Operator.Call("xlogy", "Scalar_Other", this, y);

        public Tensor xlogy(Tensor y) => Operator.Call("xlogy", "Tensor", this, y);

        public Tensor xlogy_(Scalar y) => Operator.CallInPlace("xlogy_", "Scalar_Other", this, y);

        public Tensor xlogy_(Tensor y) => Operator.CallInPlace("xlogy_", "Tensor", this, y);

        public Tensor zero_() => Operator.CallInPlace("zero_", "", this);

        internal static string? Rounding(RoundingMode mode) => mode switch
        {
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => null,
        };
    }
}
