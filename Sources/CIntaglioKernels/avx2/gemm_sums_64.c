/// Sums of 64 pairs: exact while 2 · max(a) · max(|b|) ≤ 511, as with 4 bits.
#if defined(__x86_64__)
#include "begin.h"

enum { PERIOD = 64 };

#include "gemm_sums.h"

INTAGLIO_GEMM_OF_TILES(u8s8sums64, 6x16)
#include "../lanes/end.h"
#endif
