/* Whether the compiler passes a whole AMX tile configuration: GCC before the correction of PR 114098 declares 8 of its
   64 bytes as input, and drops the stores to the others. */
#include <immintrin.h>
#include <string.h>

void configure(void) {
    struct {
        unsigned char palette, row, reserved[14];
        unsigned short bytes[16];
        unsigned char rows[16];
    } tiles;
    memset(&tiles, 0, sizeof tiles);
    tiles.palette = 1;
    tiles.bytes[7] = 23130;
    _tile_loadconfig(&tiles);
}
