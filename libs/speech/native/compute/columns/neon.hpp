// Columns (see ../multiply.hpp) for NEON, which every ARM64 processor has.
#pragma once

#include <arm_neon.h>

#include <cstdint>

namespace whisper_bot {

struct Columns {
    static constexpr int count = 8, rows = 6;
    struct Sums {
        int32x4_t low, high;
    };
    explicit Columns(const int8_t * pairs) {
        const int8x8x2_t given = vld2_s8(pairs);
        first = vmovl_s8(given.val[0]);
        second = vmovl_s8(given.val[1]);
    }
    explicit Columns(const int16_t * pairs) {
        const int16x8x2_t given = vld2q_s16(pairs);
        first = given.val[0];
        second = given.val[1];
    }
    static Sums zero() { return {vdupq_n_s32(0), vdupq_n_s32(0)}; }
    void add(int32_t both, Sums & sums) const {
        const int16x4_t spread = vreinterpret_s16_s32(vdup_n_s32(both));
        sums.low =
            vmlal_lane_s16(vmlal_lane_s16(sums.low, vget_low_s16(first), spread, 0), vget_low_s16(second), spread, 1);
        sums.high = vmlal_high_lane_s16(vmlal_high_lane_s16(sums.high, first, spread, 0), second, spread, 1);
    }
    static void store(int32_t * target, const Sums & sums) {
        vst1q_s32(target, sums.low);
        vst1q_s32(target + 4, sums.high);
    }

  private:
    // The first and the second of eight pairs.
    int16x8_t first, second;
};

} // namespace whisper_bot
