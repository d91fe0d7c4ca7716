/// Opens a file whose functions may use dot products and matrix products of bytes; ../lanes/end.h
/// closes it.
#define INTAGLIO_TARGET neon_i8mm
#include "../lanes/lanes.h"

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)

#include "../neon/bits.h"
#include "../neon/fours.h"
#include "../lanes/pieces.h"
