#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/softmax_codes.h"
#include "../lanes/take.h"

/// table[index] of `count` = 2ᵏ entries, every index below `count`; up to 32 from registers.
INTAGLIO_INLINE u32x16 take_u32(const uint32_t *table, uint32_t count, u32x16 index) {
  if (count > 2 * LANES) return take_from_memory_u32(table, index);
  const i32x16 low = load_i32((const int32_t *)table, count < LANES ? count : LANES);
  const i32x16 high = count < 2 * LANES ? low : load_i32((const int32_t *)table + LANES, LANES);
  return (u32x16)_mm512_permutex2var_epi32((__m512i)low, (__m512i)index, (__m512i)high);
}

#include "../lanes/integer_softmax.h"
#include "end.h"
#endif
