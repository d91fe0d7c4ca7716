/// Opens a file whose functions may use dot products; ../lanes/end.h closes it.
#define INTAGLIO_TARGET neon
#include "../lanes/lanes.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#if !defined(INTAGLIO_PLAIN_PIECES)
#include "bits.h"
#include "fours.h"
#endif
#include "../lanes/pieces.h"
