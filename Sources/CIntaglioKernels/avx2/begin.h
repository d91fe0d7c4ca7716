/// Opens a file whose functions may use AVX2; ../lanes/end.h closes it.
#define INTAGLIO_TARGET avx2
#include "../lanes/lanes.h"

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#if !defined(INTAGLIO_PLAIN_PIECES)
#include "moves.h"
#include "fours.h"
#endif
#include "../lanes/pieces.h"
