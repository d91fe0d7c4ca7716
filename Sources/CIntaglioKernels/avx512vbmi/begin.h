/// Opens a file whose functions may use what avx512vnni may, VBMI and BMI2; ../lanes/end.h closes it.
#define INTAGLIO_TARGET avx512vbmi
#include "../lanes/lanes.h"

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512vbmi,avx2,bmi2"))), \
    apply_to = function)

#include "../avx512vnni/moves.h"
#include "../avx512vnni/fours.h"
#include "../lanes/pieces.h"
