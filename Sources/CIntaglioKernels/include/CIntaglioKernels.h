/// The kernels of Intaglio: small C functions that do one job on plain arrays.
///
/// Rules that every kernel keeps:
/// - single-threaded, reentrant, no allocation, no global state: threads and memory are the
///   caller's;
/// - a pointer needs no more than its element's alignment; a matrix is row-major with its row
///   stride (`ld…`) in elements;
/// - no byte is read or written outside `rows × cols` of an operand, and a size of 0 is legal;
/// - the result depends on the operands alone: every instruction set gives the same bits, in
///   floating point too (one order of operations, no fused multiply-add).
///
/// A kernel is found through its family's list (`intaglio_…_kernels`), which holds every kernel
/// that was compiled in; `intaglio_isa_supported` says which of them this machine can run.
///
/// Where the code is: a folder per instruction set with the same file names (`scalar`, `avx2`,
/// `avx512vnni`, `neon`; `avxvnni`, `avx512vbmi` and `neon_i8mm` have matrix multiplications only),
/// `lanes` for code that is written once for all of them, `lists` for the registries.
/// intaglio_isa_table.h has one line for each; lanes/TARGET.md says what a folder must have.
#ifndef INTAGLIO_KERNELS_H
#define INTAGLIO_KERNELS_H

#include "intaglio_isa.h"

#include "intaglio_gemm.h"
#include "intaglio_weights.h"

#include "intaglio_convert.h"
#include "intaglio_dequantize.h"
#include "intaglio_exceptions.h"
#include "intaglio_quantize.h"
#include "intaglio_requantize.h"

#include "intaglio_integer_normalize.h"
#include "intaglio_integer_softmax.h"
#include "intaglio_lookup.h"
#include "intaglio_scaled_sum.h"

#include "intaglio_binary.h"
#include "intaglio_normalize.h"
#include "intaglio_unary.h"

#include "intaglio_peak.h"

#endif
