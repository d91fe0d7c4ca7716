#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/softmax_codes.h"
#include "../lanes/take.h"

/// table[index] of `count` = 2ᵏ entries, every index below `count`.
INTAGLIO_INLINE u32x16 take_u32(const uint32_t *table, uint32_t count, u32x16 index) {
  (void)count;
  return take_from_memory_u32(table, index);
}

#include "../lanes/integer_softmax.h"
#include "end.h"
#endif
