/// Opens a file whose functions may use AVX-512 F, BW, VL, DQ and VNNI; ../lanes/end.h closes it.
#define INTAGLIO_TARGET avx512vnni
#include "../lanes/lanes.h"

#pragma clang attribute push(                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2"))), \
    apply_to = function)

#include "moves.h"
#include "fours.h"
#include "../lanes/pieces.h"
