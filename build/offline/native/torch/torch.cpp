// The tensor half of the offline build: libtorch behind a small C ABI.
//
// Every ATen operator is reached through one entry, `lt_call`: operator handle and tagged arguments in, tagged results out,
// through the dispatcher's boxed call, so that autograd applies and a new operator needs no C++. What is not an operator
// (backward, grad mode, seeds, threads, storage access) has a typed entry of its own.
//
// A tensor handle is a TensorImpl* that owns one reference. Entries that can fail return 0 or an error code, and
// `lt_error` has the message; no C++ exception leaves this file.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/api/include/torch/cuda.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <cstring>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace {

using at::Tensor;

// libtorch's optional: a class of its own in 1.13, the standard's later. What a schema's default value is wrapped in tells.
template <class Known, class T>
struct Rebind;

template <template <class...> class Wrapper, class Known, class T>
struct Rebind<Wrapper<Known>, T>
{
    using type = Wrapper<T>;
};

template <class T>
using Optional = typename Rebind<std::decay_t<decltype(std::declval<const c10::Argument&>().default_value())>, T>::type;

thread_local std::string last_error;

enum class Tag : int32_t
{
    None,
    Default,
    Tensor,
    Int,
    Double,
    Bool,
    Complex,
    IntList,
    DoubleList,
    BoolList,
    TensorList,
    OptionalTensorList,
    String,
    Device,
    Generator,
};

struct Argument
{
    Tag tag;
    int32_t length;
    union
    {
        void* pointer;
        int64_t integer;
        double real;
    } value;
};

enum class ResultTag : int32_t
{
    None,
    Tensor,
    Int,
    Double,
    Bool,
    Complex,
};

struct Result
{
    ResultTag tag;
    int32_t reserved;
    union
    {
        void* pointer;
        int64_t integer;
        double real;
    } value;
    // The bits of a complex number's imaginary part.
    int64_t imaginary;
};

thread_local std::vector<Result> results;

template <class F>
int guard(F&& body) noexcept
{
    try
    {
        body();
        return 0;
    }
    catch (const c10::Error& e)
    {
        last_error = e.what_without_backtrace();
        return 1;
    }
    catch (const std::exception& e)
    {
        last_error = e.what();
        return 2;
    }
    catch (...)
    {
        last_error = "unknown C++ exception";
        return 3;
    }
}

Tensor borrow(void* handle)
{
    return handle ? Tensor(c10::intrusive_ptr<c10::TensorImpl>::reclaim_copy(static_cast<c10::TensorImpl*>(handle))) : Tensor();
}

void* give(Tensor tensor)
{
    return tensor.defined() ? static_cast<void*>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

c10::TensorImpl* impl(void* handle)
{
    return static_cast<c10::TensorImpl*>(handle);
}

void push_tensor(Tensor tensor)
{
    Result result{};
    if (tensor.defined())
    {
        result.tag = ResultTag::Tensor;
        result.value.pointer = give(std::move(tensor));
    }
    results.push_back(result);
}

std::vector<Tensor> borrow_all(void* const* handles, int count)
{
    std::vector<Tensor> tensors;
    tensors.reserve(count);
    for (int i = 0; i < count; i++)
    {
        tensors.push_back(borrow(handles[i]));
    }
    return tensors;
}

c10::IValue to_ivalue(const Argument& argument)
{
    void* pointer = argument.value.pointer;
    const int32_t length = argument.length;
    switch (argument.tag)
    {
    case Tag::None:
        return {};
    case Tag::Tensor:
        return pointer ? c10::IValue(borrow(pointer)) : c10::IValue();
    case Tag::Int:
        return argument.value.integer;
    case Tag::Double:
        return argument.value.real;
    case Tag::Bool:
        return argument.value.integer != 0;
    case Tag::Complex:
        return c10::complex<double>(static_cast<double*>(pointer)[0], static_cast<double*>(pointer)[1]);
    case Tag::IntList:
        return at::IntArrayRef(static_cast<int64_t*>(pointer), length);
    case Tag::DoubleList:
        return at::ArrayRef<double>(static_cast<double*>(pointer), length);
    case Tag::BoolList:
    {
        c10::List<bool> list;
        for (int32_t i = 0; i < length; i++)
        {
            list.push_back(static_cast<int64_t*>(pointer)[i] != 0);
        }
        return list;
    }
    case Tag::TensorList:
    {
        c10::List<Tensor> list;
        list.reserve(length);
        for (int32_t i = 0; i < length; i++)
        {
            list.push_back(borrow(static_cast<void**>(pointer)[i]));
        }
        return list;
    }
    case Tag::OptionalTensorList:
    {
        c10::List<Optional<Tensor>> list;
        list.reserve(length);
        for (int32_t i = 0; i < length; i++)
        {
            void* handle = static_cast<void**>(pointer)[i];
            list.push_back(handle ? Optional<Tensor>(borrow(handle)) : Optional<Tensor>());
        }
        return list;
    }
    case Tag::String:
        return std::string(static_cast<char*>(pointer), length);
    case Tag::Device:
        return c10::Device(static_cast<c10::DeviceType>(length), static_cast<c10::DeviceIndex>(argument.value.integer));
    case Tag::Generator:
        return *static_cast<at::Generator*>(pointer);
    default:
        TORCH_CHECK(false, "unknown argument tag ", static_cast<int32_t>(argument.tag));
    }
}

void collect(c10::IValue& value)
{
    Result result{};
    if (value.isTensor())
    {
        push_tensor(std::move(value).toTensor());
        return;
    }
    if (value.isTensorList())
    {
        for (const Tensor& tensor : value.toTensorVector())
        {
            push_tensor(tensor);
        }
        return;
    }
    if (value.isInt())
    {
        result.tag = ResultTag::Int;
        result.value.integer = value.toInt();
    }
    else if (value.isDouble())
    {
        result.tag = ResultTag::Double;
        result.value.real = value.toDouble();
    }
    else if (value.isBool())
    {
        result.tag = ResultTag::Bool;
        result.value.integer = value.toBool();
    }
    else if (value.isComplexDouble())
    {
        const auto number = value.toComplexDouble();
        const double imaginary = number.imag();
        result.tag = ResultTag::Complex;
        result.value.real = number.real();
        std::memcpy(&result.imaginary, &imaginary, sizeof imaginary);
    }
    else
    {
        TORCH_CHECK(value.isNone(), "unsupported kind of result: ", value.tagKind());
    }
    results.push_back(result);
}

void release_results()
{
    for (const Result& result : results)
    {
        if (result.tag == ResultTag::Tensor)
        {
            c10::intrusive_ptr<c10::TensorImpl>::reclaim(impl(result.value.pointer));
        }
    }
    results.clear();
}

// Runs the work, then gathers its results. The list is emptied only in between: the work itself may come back to this
// library (a custom gradient does) and use the same list, and what lies in it until then belongs to the caller already.
template <class Work, class Gather>
int produce(Result** first, int32_t* count, Work&& work, Gather&& gather) noexcept
{
    return guard([&] {
        work();
        results.clear();
        try
        {
            gather();
        }
        catch (...)
        {
            release_results();
            throw;
        }
        *first = results.data();
        *count = static_cast<int32_t>(results.size());
    });
}

} // namespace

API const char* lt_error()
{
    return last_error.c_str();
}

API const char* lt_version()
{
    return TORCH_VERSION;
}

API int lt_operator(const char* name, const char* overload, void** handle)
{
    return guard([&] { *handle = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
}

// How many arguments the operator's schema has, or -1 if this libtorch has no such operator.
API int lt_operator_arity(const char* name, const char* overload)
{
    const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    return found ? static_cast<int>(found->schema().arguments().size()) : -1;
}

// Calls an operator. Missing trailing arguments and those tagged Default take the schema's defaults.
// With discard set nothing is returned: what in-place operators answer is the tensor that they were given.
// The results stay valid until the next call on the same thread; each tensor among them carries a reference.
API int lt_call(void* handle, const Argument* arguments, int32_t given, int32_t discard, Result** first, int32_t* count)
{
    torch::jit::Stack stack;
    const auto work = [&] {
        const auto& target = *static_cast<c10::OperatorHandle*>(handle);
        const auto& parameters = target.schema().arguments();
        TORCH_CHECK(
            static_cast<size_t>(given) <= parameters.size(), target.operator_name(), " takes at most ", parameters.size(),
            " arguments, not ", given);
        stack.reserve(parameters.size());
        for (size_t k = 0; k < parameters.size(); k++)
        {
            if (k < static_cast<size_t>(given) && arguments[k].tag != Tag::Default)
            {
                stack.push_back(to_ivalue(arguments[k]));
                continue;
            }
            TORCH_CHECK(
                parameters[k].default_value(), target.operator_name(), ": argument '", parameters[k].name(), "' needs a value");
            stack.push_back(*parameters[k].default_value());
        }
        target.callBoxed(&stack);
    };
    return produce(first, count, work, [&] {
        if (!discard)
        {
            for (c10::IValue& value : stack)
            {
                collect(value);
            }
        }
    });
}

API void lt_release(void* tensor)
{
    if (tensor)
    {
        c10::intrusive_ptr<c10::TensorImpl>::reclaim(impl(tensor));
    }
}

API void* lt_share(void* tensor)
{
    return give(borrow(tensor));
}

struct Description
{
    int64_t dimensions;
    int64_t elements;
    int64_t element_size;
    int64_t storage_offset;
    int32_t dtype;
    int32_t device_type;
    int32_t device_index;
    int32_t is_contiguous;
    int32_t is_sparse;
    int32_t is_conjugated;
    int32_t is_negated;
    int32_t layout;
};

API int lt_describe(void* tensor, Description* d)
{
    return guard([&] {
        const Tensor t = borrow(tensor);
        d->dimensions = t.dim();
        d->elements = t.numel();
        d->element_size = static_cast<int64_t>(t.element_size());
        d->storage_offset = t.has_storage() ? t.storage_offset() : 0;
        d->dtype = static_cast<int32_t>(t.scalar_type());
        d->device_type = static_cast<int32_t>(t.device().type());
        d->device_index = static_cast<int32_t>(t.device().index());
        d->layout = static_cast<int32_t>(t.layout());
        d->is_contiguous = t.layout() == at::kStrided && t.is_contiguous();
        d->is_sparse = t.is_sparse();
        d->is_conjugated = t.is_conj();
        d->is_negated = t.is_neg();
    });
}

API int64_t lt_dim(void* tensor)
{
    return impl(tensor)->dim();
}

API int64_t lt_numel(void* tensor)
{
    return impl(tensor)->numel();
}

API int32_t lt_dtype(void* tensor)
{
    return static_cast<int32_t>(c10::typeMetaToScalarType(impl(tensor)->dtype()));
}

API int lt_shape(void* tensor, int64_t* sizes)
{
    return guard([&] {
        const auto shape = impl(tensor)->sizes();
        std::copy(shape.begin(), shape.end(), sizes);
    });
}

API int lt_strides(void* tensor, int64_t* strides)
{
    return guard([&] {
        const auto values = impl(tensor)->strides();
        std::copy(values.begin(), values.end(), strides);
    });
}

API int lt_data(void* tensor, void** data)
{
    return guard([&] { *data = borrow(tensor).data_ptr(); });
}

API int lt_requires_grad(void* tensor)
{
    return borrow(tensor).requires_grad();
}

API int lt_set_requires_grad(void* tensor, int value)
{
    return guard([&] { borrow(tensor).set_requires_grad(value != 0); });
}

API int lt_is_leaf(void* tensor)
{
    return borrow(tensor).is_leaf();
}

API int lt_grad(void* tensor, void** grad)
{
    return guard([&] { *grad = give(borrow(tensor).grad()); });
}

API int lt_set_grad(void* tensor, void* grad)
{
    return guard([&] { borrow(tensor).mutable_grad() = borrow(grad); });
}

API int lt_set_data(void* tensor, void* data)
{
    return guard([&] { borrow(tensor).set_data(borrow(data)); });
}

// retain_graph: 0, 1, or -1 for "as create_graph".
API int lt_backward(
    void* const* tensors, int count, void* const* grads, int grad_count, int retain_graph, int create_graph, void* const* inputs,
    int input_count)
{
    return guard([&] {
        const Optional<bool> retain = retain_graph < 0 ? Optional<bool>() : Optional<bool>(retain_graph != 0);
        torch::autograd::backward(
            borrow_all(tensors, count), borrow_all(grads, grad_count), retain, create_graph != 0, borrow_all(inputs, input_count));
    });
}

API int lt_gradients(
    void* const* outputs, int count, void* const* inputs, int input_count, void* const* grads, int grad_count, int retain_graph,
    int create_graph, int allow_unused, Result** first, int32_t* found)
{
    std::vector<Tensor> gradients;
    const auto work = [&] {
        gradients = torch::autograd::grad(
            borrow_all(outputs, count), borrow_all(inputs, input_count), borrow_all(grads, grad_count), retain_graph != 0,
            create_graph != 0, allow_unused != 0);
    };
    return produce(first, found, work, [&] {
        for (Tensor& gradient : gradients)
        {
            push_tensor(std::move(gradient));
        }
    });
}

API int lt_is_grad_enabled()
{
    return at::GradMode::is_enabled();
}

API void lt_set_grad_enabled(int value)
{
    at::GradMode::set_enabled(value != 0);
}

API void* lt_enter_inference_mode(int enabled)
{
    return new c10::InferenceMode(enabled != 0);
}

API void lt_leave_inference_mode(void* mode)
{
    delete static_cast<c10::InferenceMode*>(mode);
}

API int lt_is_inference_mode()
{
    return c10::InferenceMode::is_enabled();
}

API int lt_get_num_threads()
{
    return at::get_num_threads();
}

API int lt_set_num_threads(int count)
{
    return guard([&] { at::set_num_threads(count); });
}

API int lt_get_num_interop_threads()
{
    return at::get_num_interop_threads();
}

API int lt_set_num_interop_threads(int count)
{
    return guard([&] { at::set_num_interop_threads(count); });
}

API int lt_default_dtype()
{
    return static_cast<int>(c10::typeMetaToScalarType(c10::get_default_dtype()));
}

API int lt_set_default_dtype(int dtype)
{
    return guard([&] { c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<c10::ScalarType>(dtype))); });
}

API int lt_manual_seed(uint64_t seed)
{
    return guard([&] { at::manual_seed(seed); });
}

API int lt_new_generator(uint64_t seed, int device_type, int device_index, void** generator)
{
    return guard([&] {
        const auto type = static_cast<c10::DeviceType>(device_type);
        if (type == c10::DeviceType::CPU)
        {
            *generator = new at::Generator(at::detail::createCPUGenerator(seed));
            return;
        }
        auto clone = at::globalContext().defaultGenerator(c10::Device(type, static_cast<c10::DeviceIndex>(device_index))).clone();
        clone.set_current_seed(seed);
        *generator = new at::Generator(std::move(clone));
    });
}

API int lt_default_generator(int device_type, int device_index, void** generator)
{
    return guard([&] {
        const c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        *generator = new at::Generator(at::globalContext().defaultGenerator(device));
    });
}

API void lt_release_generator(void* generator)
{
    delete static_cast<at::Generator*>(generator);
}

API int lt_generator_set_seed(void* generator, uint64_t seed)
{
    return guard([&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_current_seed(seed);
    });
}

API int lt_generator_fresh_seed(void* generator, uint64_t* seed)
{
    return guard([&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        *seed = g.seed();
    });
}

API int lt_generator_seed(void* generator, uint64_t* seed)
{
    return guard([&] { *seed = static_cast<at::Generator*>(generator)->current_seed(); });
}

API int lt_generator_state(void* generator, void** state)
{
    return guard([&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        *state = give(g.get_state());
    });
}

API int lt_generator_set_state(void* generator, void* state)
{
    return guard([&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_state(borrow(state));
    });
}

API int lt_cuda_device_count()
{
    int count = 0;
    guard([&] { count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0; });
    return count;
}

API int lt_cuda_has_cudnn()
{
    int has = 0;
    guard([&] { has = torch::cuda::cudnn_is_available(); });
    return has;
}

API int lt_cuda_seed(uint64_t seed, int all)
{
    return guard([&] {
        if (all)
        {
            torch::cuda::manual_seed_all(seed);
        }
        else
        {
            torch::cuda::manual_seed(seed);
        }
    });
}

API int lt_cuda_synchronize(int device)
{
    return guard([&] { torch::cuda::synchronize(device); });
}

API int lt_get_tf32(int cudnn)
{
    return cudnn ? at::globalContext().allowTF32CuDNN() : at::globalContext().allowTF32CuBLAS();
}

API int lt_set_tf32(int cudnn, int value)
{
    return guard([&] {
        if (cudnn)
        {
            at::globalContext().setAllowTF32CuDNN(value != 0);
        }
        else
        {
            at::globalContext().setAllowTF32CuBLAS(value != 0);
        }
    });
}
