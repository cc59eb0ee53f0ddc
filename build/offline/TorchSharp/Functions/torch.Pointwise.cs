namespace TorchSharp;

public static partial class torch
{
    public static Tensor abs(Tensor input) => input.abs();

    public static Tensor abs_(Tensor input) => input.abs_();

    public static Tensor absolute(Tensor input) => input.absolute();

    public static Tensor absolute_(Tensor input) => input.absolute_();

    public static Tensor acos(Tensor input) => input.acos();

    public static Tensor acos_(Tensor input) => input.acos_();

    public static Tensor acosh(Tensor input) => input.acosh();

    public static Tensor acosh_(Tensor input) => input.acosh_();

    public static Tensor add(Tensor left, Scalar right) => left.add(right);

    public static Tensor add(Tensor left, Scalar right, Scalar alpha) => left.add(right, alpha);

    public static Tensor add(Tensor left, Tensor right) => left.add(right);

    public static Tensor add(Tensor left, Tensor right, Scalar alpha) => left.add(right, alpha);

    public static Tensor add_(Tensor left, Scalar right) => left.add_(right);

    public static Tensor add_(Tensor left, Scalar right, Scalar alpha) => left.add_(right, alpha);

    public static Tensor add_(Tensor left, Tensor right) => left.add_(right);

    public static Tensor add_(Tensor left, Tensor right, Scalar alpha) => left.add_(right, alpha);

    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv(tensor1, tensor2, value);

    public static Tensor addcdiv_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv_(tensor1, tensor2, value);

    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul(tensor1, tensor2, value);

    public static Tensor addcmul_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul_(tensor1, tensor2, value);

    public static Tensor angle(Tensor input) => input.angle();

    public static Tensor arccos(Tensor input) => input.arccos();

    public static Tensor arccos_(Tensor input) => input.arccos_();

    public static Tensor arccosh(Tensor input) => input.arccosh();

    public static Tensor arccosh_(Tensor input) => input.arccosh_();

    public static Tensor arcsin(Tensor input) => input.arcsin();

    public static Tensor arcsin_(Tensor input) => input.arcsin_();

    public static Tensor arcsinh(Tensor input) => input.arcsinh();

    public static Tensor arcsinh_(Tensor input) => input.arcsinh_();

    public static Tensor arctan(Tensor input) => input.arctan();

    public static Tensor arctan(Tensor input, Tensor other) => input.arctan(other);

    public static Tensor arctan2(Tensor input, Tensor other) => input.arctan2(other);

    public static Tensor arctan2_(Tensor input, Tensor other) => input.arctan2_(other);

    public static Tensor arctan_(Tensor input) => input.arctan_();

    public static Tensor arctan_(Tensor input, Tensor other) => input.arctan_(other);

    public static Tensor arctanh(Tensor input) => input.arctanh();

    public static Tensor arctanh_(Tensor input) => input.arctanh_();

    public static Tensor asin(Tensor input) => input.asin();

    public static Tensor asin_(Tensor input) => input.asin_();

    public static Tensor asinh(Tensor input) => input.asinh();

    public static Tensor asinh_(Tensor input) => input.asinh_();

    public static Tensor atan(Tensor input) => input.atan();

    public static Tensor atan2(Tensor input, Tensor other) => input.atan2(other);

    public static Tensor atan2_(Tensor input, Tensor other) => input.atan2_(other);

    public static Tensor atan_(Tensor input) => input.atan_();

    public static Tensor atanh(Tensor input) => input.atanh();

    public static Tensor atanh_(Tensor input) => input.atanh_();

    public static bool can_cast(ScalarType from, ScalarType to) => Operator.CallScalar("can_cast", "", from, to).ToBoolean();

    public static Tensor ceil(Tensor input) => input.ceil();

    public static Tensor ceil_(Tensor input) => input.ceil_();

    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);

    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp_(min, max);

    public static Tensor clamp_(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp_(min, max);

    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);

    public static Tensor clamp_max_(Tensor input, Scalar max) => input.clamp_max_(max);

    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);

    public static Tensor clamp_min_(Tensor input, Scalar min) => input.clamp_min_(min);

    public static Tensor clip(Tensor input, Scalar? min = null, Scalar? max = null) => input.clip(min, max);

    public static Tensor clone(Tensor input) => input.clone();

    public static Tensor complex(Tensor real, Tensor imag) => Operator.Call("complex", "", real, imag);

    public static Tensor conj(Tensor input) => input.conj();

    public static Tensor conj_physical(Tensor input) => input.conj_physical();

    public static Tensor conj_physical_(Tensor input) => input.conj_physical_();

    public static Tensor copysign(Tensor input, Tensor other) => input.copysign(other);

    public static Tensor cos(Tensor input) => input.cos();

    public static Tensor cos_(Tensor input) => input.cos_();

    public static Tensor cosh(Tensor input) => input.cosh();

    public static Tensor cosh_(Tensor input) => input.cosh_();

    public static Tensor deg2rad(Tensor input) => input.deg2rad();

    public static Tensor digamma(Tensor input) => input.digamma();

    public static Tensor digamma_(Tensor input) => input.digamma_();

    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor div_(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);

    public static Tensor div_(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);

    public static Tensor divide(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) =>
        left.divide(right, rounding_mode);

    public static Tensor divide(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) =>
        left.divide(right, rounding_mode);

    public static Tensor divide_(Tensor left, Scalar right) => Operator.CallInPlace("divide_", "Scalar", left, right);

    public static Tensor divide_(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) =>
        left.divide_(right, rounding_mode);

    public static Tensor erf(Tensor input) => input.erf();

    public static Tensor erf_(Tensor input) => input.erf_();

    public static Tensor erfc(Tensor input) => input.erfc();

    public static Tensor erfc_(Tensor input) => input.erfc_();

    public static Tensor erfinv(Tensor input) => input.erfinv();

    public static Tensor erfinv_(Tensor input) => input.erfinv_();

    public static Tensor exp(Tensor input) => input.exp();

    public static Tensor exp2(Tensor input) => input.exp2();

    public static Tensor exp_(Tensor input) => input.exp_();

    public static Tensor expm1(Tensor input) => input.expm1();

    public static Tensor expm1_(Tensor input) => input.expm1_();

    public static Tensor fix(Tensor input) => input.fix();

    public static Tensor fix_(Tensor input) => input.fix_();

    public static Tensor float_power(Tensor input, Tensor target) => input.float_power(target);

    public static Tensor floor(Tensor input) => input.floor();

    public static Tensor floor_(Tensor input) => input.floor_();

    public static Tensor floor_divide(Tensor input, Tensor other) => input.floor_divide(other);

    public static Tensor floor_divide_(Tensor input, Tensor other) => input.floor_divide_(other);

    public static Tensor fmod(Tensor left, Scalar right) => left.fmod(right);

    public static Tensor fmod(Tensor left, Tensor right) => left.fmod(right);

    public static Tensor fmod_(Tensor left, Scalar right) => left.fmod_(right);

    public static Tensor fmod_(Tensor left, Tensor right) => left.fmod_(right);

    public static Tensor frac(Tensor input) => input.frac();

    public static Tensor frac_(Tensor input) => input.frac_();

    public static (Tensor, Tensor) frexp(Tensor input) => input.frexp();

    public static Tensor gcd(Tensor left, Tensor right) => left.gcd(right);

    public static Tensor gcd_(Tensor left, Tensor right) => left.gcd_(right);

    public static (Tensor, Tensor) histogram(Tensor input, Tensor bins, Tensor? weight = null, bool density = false) =>
        Operator.CallPair("histogram", "bins_tensor", input, bins, weight, density);

    public static Tensor hypot(Tensor left, Tensor right) => left.hypot(right);

    public static Tensor i0(Tensor input) => input.i0();

    public static Tensor igamma(Tensor input, Tensor other) => input.igamma(other);

    public static Tensor igammac(Tensor input, Tensor other) => input.igammac(other);

    public static Tensor imag(Tensor input) => Operator.Call("imag", "", input);

    public static bool is_complex(Tensor input) => input.is_complex();

    public static bool is_conj(Tensor input) => input.is_conj();

    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    public static bool is_integral(Tensor t) => t.is_integral();

    public static bool is_nonzero(Tensor input) => input.is_nonzero();

    public static Tensor istft(
        Tensor input,
        long n_fft,
        long hop_length = -1,
        long win_length = -1,
        Tensor? window = null,
        bool center = true,
        bool normalized = false,
        bool? onesided = null,
        long length = -1,
        bool return_complex = false) =>
        Operator.Call("istft", "", input, n_fft, hop_length, win_length, window, center, normalized, onesided, length, return_complex);

    public static Tensor lcm(Tensor input, Tensor other) => input.lcm(other);

    public static Tensor lcm_(Tensor input, Tensor other) => input.lcm_(other);

    public static Tensor ldexp(Tensor input, Tensor other) => input.ldexp(other);

    public static Tensor ldexp_(Tensor input, Tensor other) => input.ldexp_(other);

    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);

    public static Tensor lgamma(Tensor input) => input.lgamma();

    public static Tensor lgamma_(Tensor input) => input.lgamma_();

    public static Tensor log(Tensor input) => input.log();

    public static Tensor log10(Tensor input) => input.log10();

    public static Tensor log10_(Tensor input) => input.log10_();

    public static Tensor log1p(Tensor input) => input.log1p();

    public static Tensor log1p_(Tensor input) => input.log1p_();

    public static Tensor log2(Tensor input) => input.log2();

    public static Tensor log2_(Tensor input) => input.log2_();

    public static Tensor log_(Tensor input) => input.log_();

    public static Tensor logaddexp(Tensor left, Tensor right) => left.logaddexp(right);

    public static Tensor logaddexp2(Tensor left, Tensor right) => left.logaddexp2(right);

    public static Tensor logit(Tensor input, double? eps = null) => input.logit(eps);

    public static Tensor mul(Tensor left, Scalar right) => left.mul(right);

    public static Tensor mul(Tensor left, Tensor right) => left.mul(right);

    public static Tensor mul_(Tensor left, Scalar right) => left.mul_(right);

    public static Tensor mul_(Tensor left, Tensor right) => left.mul_(right);

    public static Tensor multiply(Tensor left, Scalar right) => left.multiply(right);

    public static Tensor multiply(Tensor left, Tensor right) => left.multiply(right);

    public static Tensor multiply_(Tensor left, Scalar right) => Operator.CallInPlace("multiply_", "Scalar", left, right);

    public static Tensor multiply_(Tensor left, Tensor right) => Operator.CallInPlace("multiply_", "Tensor", left, right);

    public static Tensor mvlgamma(Tensor input, long p) => input.mvlgamma(p);

    public static Tensor mvlgamma_(Tensor input, long p) => input.mvlgamma_(p);

    public static Tensor nan_to_num(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) =>
        input.nan_to_num(nan, posinf, neginf);

    public static Tensor neg(Tensor input) => input.neg();

    public static Tensor neg_(Tensor input) => input.neg_();

    public static Tensor negative(Tensor input) => input.negative();

    public static Tensor negative_(Tensor input) => Operator.CallInPlace("negative_", "", input);

    public static Tensor nextafter(Tensor input, Tensor other) => input.nextafter(other);

    public static long numel(Tensor input) => input.numel();

    public static Tensor polar(Tensor abs, Tensor angle) => Operator.Call("polar", "", abs, angle);

    public static Tensor polygamma(Tensor input, long p) => input.polygamma(p);

    public static Tensor polygamma_(Tensor input, long p) => input.polygamma_(p);

    public static Tensor positive(Tensor input) => input.positive();

    public static Tensor pow(Tensor left, Scalar exponent) => left.pow(exponent);

    public static Tensor pow(Tensor left, Tensor exponent) => left.pow(exponent);

    public static Tensor pow_(Tensor left, Scalar exponent) => left.pow_(exponent);

    public static Tensor pow_(Tensor left, Tensor exponent) => left.pow_(exponent);

    public static ScalarType promote_types(ScalarType type1, ScalarType type2) =>
        (ScalarType)Operator.CallScalar("promote_types", "", type1, type2).ToInt32();

    public static Tensor rad2deg(Tensor input) => input.rad2deg();

    public static Tensor real(Tensor input) => Operator.Call("real", "", input);

    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    public static Tensor reciprocal_(Tensor input) => input.reciprocal_();

    public static Tensor remainder(Tensor left, Scalar right) => left.remainder(right);

    public static Tensor remainder(Tensor left, Tensor right) => left.remainder(right);

    public static Tensor remainder_(Tensor left, Scalar right) => left.remainder_(right);

    public static Tensor remainder_(Tensor left, Tensor right) => left.remainder_(right);

    public static Tensor resolve_conj(Tensor input) => input.resolve_conj();

    public static Tensor resolve_neg(Tensor input) => input.resolve_neg();

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) =>
        (ScalarType)Operator.CallScalar("result_type", "Tensor", tensor1, tensor2).ToInt32();

    public static Tensor round(Tensor input, long decimals = 0) => input.round(decimals);

    public static Tensor round_(Tensor input, long decimals = 0) => input.round_(decimals);

    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    public static Tensor rsqrt_(Tensor input) => input.rsqrt_();

    public static Tensor sgn(Tensor input) => input.sgn();

    public static Tensor sgn_(Tensor input) => input.sgn_();

    public static Tensor sign(Tensor input) => input.sign();

    public static Tensor sign_(Tensor input) => input.sign_();

    public static Tensor sin(Tensor input) => input.sin();

    public static Tensor sin_(Tensor input) => input.sin_();

    public static Tensor sinc(Tensor input) => input.sinc();

    public static Tensor sinc_(Tensor input) => input.sinc_();

    public static Tensor sinh(Tensor input) => input.sinh();

    public static Tensor sinh_(Tensor input) => input.sinh_();

    public static Tensor sqrt(Tensor input) => input.sqrt();

    public static Tensor sqrt_(Tensor input) => input.sqrt_();

    public static Tensor square(Tensor input) => input.square();

    public static Tensor sub(Tensor left, Scalar right) => left.sub(right);

    public static Tensor sub(Tensor left, Tensor right) => left.sub(right);

    public static Tensor sub_(Tensor left, Scalar right) => left.sub_(right);

    public static Tensor sub_(Tensor left, Tensor right) => left.sub_(right);

    public static Tensor subtract(Tensor left, Scalar right) => left.subtract(right);

    public static Tensor subtract(Tensor left, Tensor right) => left.subtract(right);

    public static Tensor subtract_(Tensor left, Scalar right) => left.subtract_(right);

    public static Tensor subtract_(Tensor left, Tensor right) => left.subtract_(right);

    public static Tensor tan(Tensor input) => input.tan();

    public static Tensor tan_(Tensor input) => input.tan_();

    public static Tensor tanh(Tensor input) => input.tanh();

    public static Tensor tanh_(Tensor input) => input.tanh_();

    public static Tensor true_divide(Tensor dividend, Tensor divisor) => dividend.true_divide(divisor);

    public static Tensor true_divide_(Tensor dividend, Tensor divisor) => dividend.true_divide_(divisor);

    public static Tensor trunc(Tensor input) => input.trunc();

    public static Tensor trunc_(Tensor input) => input.trunc_();

    public static Tensor xlogy(Tensor x, Scalar y) => x.xlogy(y);

    public static Tensor xlogy(Tensor x, Tensor y) => x.xlogy(y);

    public static Tensor xlogy_(Tensor x, Scalar y) => x.xlogy_(y);

    public static Tensor xlogy_(Tensor x, Tensor y) => x.xlogy_(y);
}
