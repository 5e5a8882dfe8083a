// Matrix products by oneDNN. Each runs on the calling thread unless omp_set_num_threads allows more.
#pragma once

#include "../../compute/integer-matrix.hpp"

#include <dnnl.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <tuple>

namespace whisper_bot::whisper {

template <class E> struct Element;
template <> struct Element<float> {
    static constexpr auto type = dnnl::memory::data_type::f32;
};
template <> struct Element<BFloat16> {
    static constexpr auto type = dnnl::memory::data_type::bf16;
};

// One prepared product; it may run on several threads at once.
struct Product {
    dnnl::matmul::primitive_desc description;
    dnnl::matmul primitive;
};

dnnl::engine & processor();

// Rows of `stride` elements; `columns` of each count.
struct Matrix {
    int64_t rows, columns, stride;
    dnnl::memory::data_type type;
    dnnl::memory::desc layout() const { return {{rows, columns}, type, {stride, 1}}; }
};

Product make_product(const Matrix & left, const dnnl::memory::desc & right, const Matrix & result, bool bias,
                     Epilogue epilogue);
void run(const Product & product, const void * left, const void * right, const void * bias, void * result);
void reorder(const dnnl::memory::desc & from, const void * source, const dnnl::memory::desc & to, void * target);

// y = x · Wᵀ + b, the weights reordered once to oneDNN's layout.
template <class E> class Linear {
  public:
    // `weights` row by row: [out][in]; `bias` may be null. `rows`: of x, usually.
    Linear(const float * weights, const float * bias, int in, int out, int rows);
    Linear(Linear &&) = default;

    template <class Y> void operator()(const E * x, int64_t rows, Y * y, Epilogue epilogue = Epilogue::none) const {
        run(product(rows, Element<Y>::type, epilogue), x, weights.data(), bias.data(), y);
    }
    int in() const { return inputs; }
    int out() const { return outputs; }

  private:
    const Product & product(int64_t rows, dnnl::memory::data_type y, Epilogue epilogue) const;

    using Key = std::tuple<int64_t, int, int>;
    struct Products {
        std::mutex mutex;
        std::map<Key, Product> known;
    };
    int inputs, outputs;
    dnnl::memory::desc layout;
    Buffer<uint8_t> weights;
    Buffer<float> bias;
    std::unique_ptr<Products> products = std::make_unique<Products>();
};

// Without bfloat16 products, integers are faster than floats.
template <> class Linear<float> : public IntegerMatrix {
  public:
    // `rows` is not used here.
    Linear(const float * weights, const float * bias, int in, int out, int) : IntegerMatrix(weights, bias, in, out) {}
};

} // namespace whisper_bot::whisper
