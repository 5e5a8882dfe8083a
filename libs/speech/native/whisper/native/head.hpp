// Numbers of a position that one attention head looks at; the same in all of Whisper's models.
#pragma once

constexpr int head = 64;
