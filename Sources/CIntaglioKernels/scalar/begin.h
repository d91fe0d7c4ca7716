/// Opens a file whose code is written in lanes: no more than the compiler's base instruction set.
#define INTAGLIO_TARGET scalar
#include "../lanes/lanes.h"

#include "../lanes/partial.h"
INTAGLIO_PARTIAL_MOVES(f32, f32x16, float)
INTAGLIO_PARTIAL_MOVES(i32, i32x16, int32_t)
INTAGLIO_PARTIAL_MOVES(i64, i64x16, int64_t)
INTAGLIO_PARTIAL_MOVES(u8, u8x16, uint8_t)
INTAGLIO_PARTIAL_MOVES(s8, s8x16, int8_t)

#include "../lanes/memory.h"
#include "../lanes/fours.h"
