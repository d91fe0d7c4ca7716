/// Opens a file whose functions may use AVX2 and AVX-VNNI; ../lanes/end.h closes it.
#define INTAGLIO_TARGET avxvnni
#include "../lanes/lanes.h"

#pragma clang attribute push(__attribute__((target("avx2,avxvnni"))), apply_to = function)

#include "../avx2/moves.h"
#include "../avx2/fours.h"
#include "../lanes/pieces.h"
