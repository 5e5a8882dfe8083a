#include "product.hpp"

#include <algorithm>
#include <unordered_map>

namespace whisper_bot::whisper {

using dnnl::memory;

dnnl::engine & processor() {
    // oneDNN's verbose mode writes to our standard output.
    static dnnl::engine engine = (dnnl_set_verbose(0), dnnl::engine(dnnl::engine::kind::cpu, 0));
    return engine;
}

namespace {

dnnl::stream & stream() {
    thread_local dnnl::stream own(processor());
    return own;
}

void * scratchpad(size_t bytes) {
    thread_local Buffer<uint8_t> own;
    return own.reserve(std::max<size_t>(bytes, 64));
}

// oneDNN 3 has no operation descriptors any more.
dnnl::matmul::primitive_desc describe(const memory::desc & left, const memory::desc & right, const memory::desc & bias,
                                      const memory::desc & result, const dnnl::primitive_attr & attributes) {
#if DNNL_VERSION_MAJOR >= 3
    return bias.get_ndims() == 0 ? dnnl::matmul::primitive_desc(processor(), left, right, result, attributes)
                                 : dnnl::matmul::primitive_desc(processor(), left, right, bias, result, attributes);
#else
    return bias.data.ndims == 0 ? dnnl::matmul::primitive_desc({left, right, result}, attributes, processor())
                                : dnnl::matmul::primitive_desc({left, right, bias, result}, attributes, processor());
#endif
}

} // namespace

Product make_product(const Matrix & left, const memory::desc & right, const Matrix & result, bool bias,
                     Epilogue epilogue) {
    dnnl::primitive_attr attributes;
    // The threads have scratchpads of their own: a product may run on several at once.
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::post_ops after;
#if DNNL_VERSION_MAJOR >= 3
    if (epilogue == Epilogue::gelu) after.append_eltwise(dnnl::algorithm::eltwise_gelu_erf, 0, 0);
#else
    if (epilogue == Epilogue::gelu) after.append_eltwise(1, dnnl::algorithm::eltwise_gelu_erf, 0, 0);
#endif
    if (epilogue == Epilogue::add) after.append_sum(1);
    attributes.set_post_ops(after);
    const memory::desc biased =
        bias ? memory::desc({1, result.columns}, memory::data_type::f32, {result.columns, 1}) : memory::desc();
    const auto description = describe(left.layout(), right, biased, result.layout(), attributes);
    return {description, dnnl::matmul(description)};
}

void run(const Product & product, const void * left, const void * right, const void * bias, void * result) {
    const auto & known = product.description;
    auto & engine = processor();
    const auto at = [&](const memory::desc & layout, const void * data) {
        return memory(layout, engine, const_cast<void *>(data));
    };
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, at(known.src_desc(), left)},
        {DNNL_ARG_WEIGHTS, at(known.weights_desc(), right)},
        {DNNL_ARG_DST, at(known.dst_desc(), result)},
        {DNNL_ARG_SCRATCHPAD, at(known.scratchpad_desc(), scratchpad(known.scratchpad_desc().get_size()))},
    };
    if (bias != nullptr) arguments.emplace(DNNL_ARG_BIAS, at(known.bias_desc(), bias));
    product.primitive.execute(stream(), arguments);
}

void reorder(const memory::desc & from, const void * source, const memory::desc & to, void * target) {
    thread_local std::vector<std::pair<std::pair<memory::desc, memory::desc>, dnnl::reorder>> known;
    auto found = std::find_if(known.begin(), known.end(),
                              [&](const auto & one) { return one.first.first == from && one.first.second == to; });
    if (found == known.end()) {
        if (known.size() > 32) known.clear();
        const dnnl::reorder::primitive_desc description(processor(), from, processor(), to);
        known.push_back({{from, to}, dnnl::reorder(description)});
        found = known.end() - 1;
    }
    memory origin(from, processor(), const_cast<void *>(source)), goal(to, processor(), target);
    found->second.execute(stream(), origin, goal);
}

template <class E>
Linear<E>::Linear(const float * matrix, const float * added, int in, int out, int rows) : inputs(in), outputs(out) {
    const memory::desc any({in, out}, Element<E>::type, memory::format_tag::any);
    const Matrix left = {rows, in, in, Element<E>::type}, result = {rows, out, out, memory::data_type::f32};
    layout = make_product(left, any, result, false, Epilogue::none).description.weights_desc();
    const memory::desc given({in, out}, memory::data_type::f32, {1, in});
    reorder(given, matrix, layout, weights.reserve(layout.get_size()));
    if (added != nullptr) std::copy(added, added + out, bias.reserve(size_t(out)));
}

template <class E> const Product & Linear<E>::product(int64_t rows, memory::data_type y, Epilogue epilogue) const {
    const std::lock_guard<std::mutex> lock(products->mutex);
    const Key key = {rows, int(y), int(epilogue)};
    auto found = products->known.find(key);
    if (found == products->known.end()) {
        const Matrix left = {rows, inputs, inputs, Element<E>::type}, result = {rows, outputs, outputs, y};
        found =
            products->known.emplace(key, make_product(left, layout, result, bias.data() != nullptr, epilogue)).first;
    }
    return found->second;
}

template class Linear<BFloat16>;

} // namespace whisper_bot::whisper
