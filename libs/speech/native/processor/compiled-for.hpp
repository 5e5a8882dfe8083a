// Which instructions the computing was compiled for.
#pragma once

#include <string>

namespace whisper_bot {

// Whether the compiler may have used them. Data alone: it can be read before any of them runs.
struct CompiledFor {
    bool sse42, avx, fma, avx2, bmi2, avx512f, avx512bw, avx512vl, avx512vnni, avx512bf16, amx;
    bool neon, dotprod, half, i8mm, bf16, sve;
};
extern const CompiledFor compiled_for;

// For people: "AVX-512 VNNI BF16", "AVX2", "SSE2", "NEON dot product". A program that calls this ends before main(),
// with status 3 and a sentence, where the processor lacks some of them: it would die of an illegal instruction.
std::string instructions();

} // namespace whisper_bot
