/// What depends on the architecture that the library is compiled for. Everything else about an
/// instruction set is in intaglio_isa_table.h and in its folder.
#ifndef INTAGLIO_TARGETS_H
#define INTAGLIO_TARGETS_H

#include "include/CIntaglioKernels.h"

/// Float arithmetic is the same on every instruction set: no operation is fused with another.
#pragma STDC FP_CONTRACT OFF

/// INTAGLIO_ON_architecture(what) is `what` where the architecture is the one compiled for.
#define INTAGLIO_ON_any(...) __VA_ARGS__

#if defined(__x86_64__)
#include <immintrin.h>
#define INTAGLIO_ON_x86(...) __VA_ARGS__
#else
#define INTAGLIO_ON_x86(...)
#endif

#if defined(__aarch64__)
#include <arm_neon.h>
#define INTAGLIO_ON_arm64(...) __VA_ARGS__
#else
#define INTAGLIO_ON_arm64(...)
#endif

#endif
