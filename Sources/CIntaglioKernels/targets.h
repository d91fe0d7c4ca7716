/// Which instruction sets have a set of kernels of every family; the lists follow this one table.
/// Matrix multiplications may have more.
#ifndef INTAGLIO_TARGETS_H
#define INTAGLIO_TARGETS_H

#include "include/CIntaglioKernels.h"

/// Float arithmetic is the same on every instruction set: no operation is fused with another.
#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#define INTAGLIO_FOR_EACH_ISA(ENTRY)   \
  ENTRY(scalar, INTAGLIO_ISA_SCALAR)   \
  ENTRY(avx2, INTAGLIO_ISA_AVX2)       \
  ENTRY(avx512vnni, INTAGLIO_ISA_AVX512VNNI)
#else
#define INTAGLIO_FOR_EACH_ISA(ENTRY) ENTRY(scalar, INTAGLIO_ISA_SCALAR)
#endif

/// The number of entries of a list.
#define INTAGLIO_COUNT(list) (sizeof(list) / sizeof((list)[0]))

#endif
