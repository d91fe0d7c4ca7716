#include "../targets.h"

/// A kernel with the default kind of names: `…_packed_size_`, `…_pack_` and the plain one.
#define INTAGLIO_GEMM_ENTRY(types, tile, target, isa_, mr_, nr_, kr_, limit)      \
  {                                                                               \
    .name = "intaglio_gemm_" #types "_" #tile "__" #target,                       \
    .isa = isa_,                                                                  \
    .mr = mr_,                                                                    \
    .nr = nr_,                                                                    \
    .kr = kr_,                                                                    \
    .max_pair_product = limit,                                                    \
    .packed_size = intaglio_gemm_##types##_packed_size_##tile##__##target,        \
    .pack = intaglio_gemm_##types##_pack_##tile##__##target,                      \
    .run = intaglio_gemm_##types##_##tile##__##target,                            \
  }

#define INTAGLIO_GEMM_PROTOTYPES(types, tile, target)                                        \
  size_t intaglio_gemm_##types##_packed_size_##tile##__##target(size_t k, size_t n);         \
  void intaglio_gemm_##types##_pack_##tile##__##target(                                      \
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,    \
      void *packed, int32_t *column_sums);                                                   \
  void intaglio_gemm_##types##_##tile##__##target(                                           \
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,        \
      const int32_t *initial, int32_t *c, size_t ldc);

INTAGLIO_GEMM_PROTOTYPES(u8s8, 1x1, scalar)

static const intaglio_gemm_kernel kernels[] = {
    INTAGLIO_GEMM_ENTRY(u8s8, 1x1, scalar, INTAGLIO_ISA_SCALAR, 1, 1, 1, UINT32_MAX),
};

const intaglio_gemm_kernel *intaglio_gemm_kernels(size_t *count) {
  *count = INTAGLIO_COUNT(kernels);
  return kernels;
}
