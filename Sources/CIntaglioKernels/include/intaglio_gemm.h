/// Integer matrix multiplication: u8 activations by s8 weights into 32-bit accumulators.
#ifndef INTAGLIO_GEMM_H
#define INTAGLIO_GEMM_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// C[m × n] = A[m × k] · B[k × n] (+ initial[n] in every row), exact.
///
/// B is packed once by the kernel's own `pack` and used by `run` any number of times. The caller
/// guarantees that no partial sum leaves the range of `int32_t`, and that the operands keep to the
/// kernel's limits.
typedef struct INTAGLIO_SENDABLE intaglio_gemm_kernel {
  const char *name;
  intaglio_isa isa;
  /// The register tile: rows of A, columns of B, and how many k are taken at a time.
  uint32_t mr, nr, kr;
  /// The operands for which the result is exact: a ≤ `max_a` and `min_b` ≤ b ≤ `max_b`, and
  /// 2 · max(a) · max(|b|) ≤ `max_pair_product`. 255, −128, 127 and `UINT32_MAX` when every u8 × s8
  /// operand is allowed.
  uint32_t max_a;
  int32_t min_b, max_b;
  uint32_t max_pair_product;
  /// Whether packed B is, byte for byte, packed 8-bit weights (intaglio_weights.h), so that these
  /// need no unpacking.
  bool packs_as_weights;
  /// Whether this machine gains from the kernel, compared with those before it in the list.
  bool (*is_preferred)(void);

  /// Bytes that `pack` writes for a B of k × n. Panels of 64 columns lie one behind the other: the
  /// one at column j, a multiple of 64, starts at `packed_size(k, j)` and is what `pack` writes for
  /// these columns alone.
  size_t (*packed_size)(size_t k, size_t n);

  /// Packs B, whose element (i, j) is `b[i * row_stride + j * column_stride]`: strides (n, 1) for
  /// row-major B, (1, k) for B given transposed. Writes `packed_size(k, n)` bytes and, unless
  /// null, `column_sums[j]` = Σᵢ B[i][j].
  void (*pack)(
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
      void *packed, int32_t *_Nullable column_sums);

  /// Writes what `pack` would have written for a panel of packed weights (intaglio_weights.h): k
  /// rows of `columns` ≤ 64.
  void (*unpack)(uint32_t width, size_t k, size_t columns, const void *weights, void *packed);

  /// `initial[n]` starts every row's accumulators; null means zero. `lda` ≥ k, `ldc` ≥ n.
  void (*run)(
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
      const int32_t *_Nullable initial, int32_t *c, size_t ldc);
} intaglio_gemm_kernel;

/// Every compiled-in kernel, scalar first, then the faster the later.
const intaglio_gemm_kernel *intaglio_gemm_kernels(size_t *count);

#pragma clang assume_nonnull end

#endif
