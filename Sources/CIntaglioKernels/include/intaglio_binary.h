/// Sums, differences, products and quotients in float32. Each is rounded once, as IEEE 754 says.
#ifndef INTAGLIO_BINARY_H
#define INTAGLIO_BINARY_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// out[i][j] = a[i][j] ∘ b[i · ldb + j]. `ldb` = 0 repeats one row b[cols] for every i. `out` may
/// be `a` or `b` (with the same stride).
typedef void (*intaglio_binary_f32)(
    size_t rows, size_t cols, const float *a, size_t lda, const float *b, size_t ldb, float *out,
    size_t ldout);

/// out[i][j] = a[i][j] ∘ b.
typedef void (*intaglio_binary_scalar_f32)(
    size_t rows, size_t cols, const float *a, size_t lda, float b, float *out, size_t ldout);

typedef struct INTAGLIO_SENDABLE intaglio_binary_kernels {
  const char *name;
  intaglio_isa isa;

  intaglio_binary_f32 add;
  intaglio_binary_f32 sub;
  intaglio_binary_f32 mul;
  intaglio_binary_f32 div;

  intaglio_binary_scalar_f32 add_scalar;
  intaglio_binary_scalar_f32 sub_scalar;
  intaglio_binary_scalar_f32 mul_scalar;
  intaglio_binary_scalar_f32 div_scalar;
} intaglio_binary_kernels;

/// One set per instruction set, scalar first.
const intaglio_binary_kernels *intaglio_binary_list(size_t *count);

#pragma clang assume_nonnull end

#endif
