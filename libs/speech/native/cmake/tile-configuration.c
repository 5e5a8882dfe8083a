/* Whether the compiler hands a tile configuration of AMX over whole: GCC before PR 114098 was mended names 8 of its 64 bytes, and drops the stores to the others. */
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
