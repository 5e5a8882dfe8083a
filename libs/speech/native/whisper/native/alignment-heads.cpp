#include "alignment-heads.hpp"

namespace whisper_bot::whisper {

std::vector<Head> alignment_heads(Published model, const Shape & shape) {
    switch (model) {
    case Published::tiny_en: return {{1, 0}, {2, 0}, {2, 5}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}};
    case Published::tiny: return {{2, 2}, {3, 0}, {3, 2}, {3, 3}, {3, 4}, {3, 5}};
    case Published::base_en: return {{3, 3}, {4, 7}, {5, 1}, {5, 5}, {5, 7}};
    case Published::base: return {{3, 1}, {4, 2}, {4, 3}, {4, 7}, {5, 1}, {5, 2}, {5, 4}, {5, 6}};
    case Published::small_en:
        return {{6, 6},  {7, 0},  {7, 3},  {7, 8},  {8, 2},  {8, 5},  {8, 7},   {9, 0},  {9, 4}, {9, 8},
                {9, 10}, {10, 0}, {10, 1}, {10, 2}, {10, 3}, {10, 6}, {10, 11}, {11, 2}, {11, 4}};
    case Published::small: return {{5, 3}, {5, 9}, {8, 0}, {8, 4}, {8, 7}, {8, 8}, {9, 0}, {9, 7}, {9, 9}, {10, 5}};
    case Published::medium_en:
        return {{11, 4},  {14, 1}, {14, 12}, {14, 14}, {15, 4}, {16, 0}, {16, 4}, {16, 9},  {17, 12},
                {17, 14}, {18, 7}, {18, 10}, {18, 15}, {20, 0}, {20, 3}, {20, 9}, {20, 14}, {21, 12}};
    case Published::medium: return {{13, 15}, {15, 4}, {15, 15}, {16, 1}, {20, 0}, {23, 4}};
    case Published::large_v2:
        return {{10, 12}, {13, 17}, {16, 11}, {16, 12}, {16, 13}, {17, 15}, {17, 16}, {18, 4},
                {18, 11}, {18, 19}, {19, 11}, {21, 2},  {21, 3},  {22, 3},  {22, 9},  {22, 12},
                {23, 5},  {23, 7},  {23, 13}, {25, 5},  {26, 1},  {26, 12}, {27, 15}};
    case Published::large_v3:
        return {{7, 0}, {10, 17}, {12, 18}, {13, 12}, {16, 1}, {17, 14}, {19, 11}, {21, 4}, {24, 1}, {25, 6}};
    case Published::large_v3_turbo: return {{2, 4}, {2, 11}, {3, 3}, {3, 6}, {3, 11}, {3, 14}};
    case Published::other: break;
    }
    std::vector<Head> heads;
    for (int layer = shape.text_layers / 2; layer < shape.text_layers; ++layer)
        for (int head = 0; head < shape.text_heads; ++head) heads.push_back({layer, head});
    return heads;
}

} // namespace whisper_bot::whisper
