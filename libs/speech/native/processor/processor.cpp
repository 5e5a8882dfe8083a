// Compiled for any processor of the family, whatever the rest is compiled for.
#include "compiled-for.hpp"

#include <cstdio>
#include <unistd.h>
#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace whisper_bot {

namespace {

std::string lacking() {
    std::string names;
    const auto need = [&](bool needed, bool here, const char * name) {
        if (needed && !here) names += std::string(names.empty() ? "" : ", ") + name;
    };
    (void)need;
#if defined(__x86_64__)
    __builtin_cpu_init();
    need(compiled_for.sse42, __builtin_cpu_supports("sse4.2"), "SSE4.2");
    need(compiled_for.avx, __builtin_cpu_supports("avx"), "AVX");
    need(compiled_for.fma, __builtin_cpu_supports("fma"), "FMA");
    need(compiled_for.avx2, __builtin_cpu_supports("avx2"), "AVX2");
    need(compiled_for.bmi2, __builtin_cpu_supports("bmi2"), "BMI2");
    need(compiled_for.avx512f, __builtin_cpu_supports("avx512f"), "AVX-512");
    need(compiled_for.avx512bw, __builtin_cpu_supports("avx512bw"), "AVX-512 BW");
    need(compiled_for.avx512vl, __builtin_cpu_supports("avx512vl"), "AVX-512 VL");
    need(compiled_for.avx512vnni, __builtin_cpu_supports("avx512vnni"), "AVX-512 VNNI");
    need(compiled_for.avx512bf16, __builtin_cpu_supports("avx512bf16"), "AVX-512 BF16");
#elif defined(__aarch64__) && defined(__linux__)
    const unsigned long some = getauxval(AT_HWCAP), more = getauxval(AT_HWCAP2);
    need(compiled_for.dotprod, some & HWCAP_ASIMDDP, "dot product");
    need(compiled_for.half, some & HWCAP_ASIMDHP, "half precision");
    need(compiled_for.sve, some & HWCAP_SVE, "SVE");
    need(compiled_for.i8mm, more & HWCAP2_I8MM, "I8MM");
    need(compiled_for.bf16, more & HWCAP2_BF16, "BF16");
#endif
    return names;
}

// Before all other constructors: theirs may use what this processor lacks.
__attribute__((constructor(101))) void refuse() {
    const std::string names = lacking();
    if (names.empty()) return;
    std::fprintf(stderr, "compiled for another processor: this one lacks %s\n", names.c_str());
    _exit(3);
}

} // namespace

std::string instructions() {
    std::string text;
    const auto add = [&](bool has, const char * name) {
        if (has) text += std::string(text.empty() ? "" : " ") + name;
    };
    if (compiled_for.neon) {
        add(true, "NEON");
        add(compiled_for.dotprod, "dot product");
        add(compiled_for.i8mm, "I8MM");
        add(compiled_for.bf16, "BF16");
        add(compiled_for.sve, "SVE");
    } else if (compiled_for.avx512f) {
        add(true, "AVX-512");
        add(compiled_for.avx512vnni, "VNNI");
        add(compiled_for.avx512bf16, "BF16");
        add(compiled_for.amx, "AMX");
    } else {
#if defined(__x86_64__)
        add(true, compiled_for.avx2 ? "AVX2" : compiled_for.avx ? "AVX" : compiled_for.sse42 ? "SSE4.2" : "SSE2");
#else
        add(true, "none beyond the family's own");
#endif
    }
    return text;
}

} // namespace whisper_bot
