// Numbers per position and attention head; the same in all Whisper models.
#pragma once

namespace whisper_bot::whisper {

constexpr int head_size = 64;

} // namespace whisper_bot::whisper
