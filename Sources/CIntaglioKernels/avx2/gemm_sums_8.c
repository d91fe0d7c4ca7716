/// Sums of 8 pairs: exact while 2 · max(a) · max(|b|) ≤ 4095, as with 6 bits.
#if defined(__x86_64__)
#include "begin.h"

enum { PERIOD = 8 };

#include "gemm_sums.h"

INTAGLIO_GEMM_OF_TILES(u8s8sums8, 6x16)
#include "../lanes/end.h"
#endif
