/// Weights at their own width: 2 to 8 bits each, multiplied as they are or unpacked panel by panel
/// for a matrix multiplication.
///
/// Packed weights are the same bytes for every instruction set. B[k × n] is cut into panels of 64
/// columns, a panel into groups of 4 rows, a group into strips of 16 columns; what sticks out of B
/// is 0. One strip of one group is a block of 64 weights, column after column. The four blocks of a
/// group of a whole panel are a unit; in a panel with fewer strips every block is one. A unit takes
/// 8 · width bytes for each of its blocks. In memory: panel by panel, in each group by group, in
/// these unit by unit. So the panel at column j, a multiple of 64, starts at
/// `intaglio_weights_packed_size(width, k, j)`.
///
/// A unit of 8-bit weights is their bytes. Narrower ones are split into planes of 4, 2 and 1 bits,
/// of which the binary digits of `width` say which there are. The first plane has the lowest bits
/// of every weight, the next one those above, and so on. With P = 8 · bits bytes for each block, a
/// plane holds:
///
///     4 bits: in byte i the weights i and P + i of the unit
///     2 bits: in byte i the weights i, P + i, 2P + i and 3P + i
///     1 bit:  in byte i the weights 8i to 8i + 7
///
/// each byte from its lowest bits on. Weights of an odd width are in two's complement, so that the
/// plane of 1 bit has their signs; to those of an even width 2^(width − 1) is added.
#ifndef INTAGLIO_WEIGHTS_H
#define INTAGLIO_WEIGHTS_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// Bytes of a packed B[k × n].
size_t intaglio_weights_packed_size(uint32_t width, size_t k, size_t n);

typedef struct INTAGLIO_SENDABLE intaglio_weights_kernels {
  const char *name;
  intaglio_isa isa;

  /// Packs B, whose element (i, j) is `b[i * row_stride + j * column_stride]` and keeps to `width`
  /// bits. Writes `intaglio_weights_packed_size(width, k, n)` bytes and, unless null,
  /// `column_sums[j]` = Σᵢ B[i][j].
  void (*pack)(
      uint32_t width, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,
      ptrdiff_t column_stride, void *packed, int32_t *_Nullable column_sums);

  /// C[m × n] = A[m × k] · B[k × n] (+ initial[n] in every row) for a few rows, which share one pass
  /// over the weights; no unpacked copy is made. Exact, as in `intaglio_gemm_kernel`.
  void (*multiply_rows)(
      uint32_t width, size_t m, size_t n, size_t k, const uint8_t *a, size_t lda,
      const void *packed, const int32_t *_Nullable initial, int32_t *c, size_t ldc);
} intaglio_weights_kernels;

/// One set per instruction set, scalar first.
const intaglio_weights_kernels *intaglio_weights_list(size_t *count);

#pragma clang assume_nonnull end

#endif
