// Compiled with the options of the loops: the compiler defines what it may use.
#include "compiled-for.hpp"

namespace whisper_bot {

// Whether a macro is defined as 1: then PLACE_1 puts a comma in front, and the second of the list is another.
#define PLACE_1 0,
#define SECOND(first, second, ...) second
#define CHOSEN(place) SECOND(place true, false, 0)
#define DEFINED_(value) CHOSEN(PLACE_##value)
#define DEFINED(macro) DEFINED_(macro)

const CompiledFor compiled_for = {
    DEFINED(__SSE4_2__),
    DEFINED(__AVX__),
    DEFINED(__FMA__),
    DEFINED(__AVX2__),
    DEFINED(__BMI2__),
    DEFINED(__AVX512F__),
    DEFINED(__AVX512BW__),
    DEFINED(__AVX512VL__),
    DEFINED(__AVX512VNNI__),
    DEFINED(__AVX512BF16__),
    DEFINED(__AMX_TILE__),
    DEFINED(__ARM_NEON),
    DEFINED(__ARM_FEATURE_DOTPROD),
    DEFINED(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC),
    DEFINED(__ARM_FEATURE_MATMUL_INT8),
    DEFINED(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC),
    DEFINED(__ARM_FEATURE_SVE),
};

} // namespace whisper_bot
