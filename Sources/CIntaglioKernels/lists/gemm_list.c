#include "../targets.h"

/// A kernel `intaglio_gemm_types_tile__target`; its packing has the same name with a word before
/// the tile.
#define INTAGLIO_GEMM_ENTRY(types, tile, target, isa_, mr_, nr_, kr_, limit, as_weights) \
  {                                                                                      \
    .name = "intaglio_gemm_" #types "_" #tile "__" #target,                              \
    .isa = isa_,                                                                         \
    .mr = mr_,                                                                           \
    .nr = nr_,                                                                           \
    .kr = kr_,                                                                           \
    .max_pair_product = limit,                                                           \
    .packs_as_weights = as_weights,                                                      \
    .packed_size = intaglio_gemm_##types##_packed_size_##tile##__##target,               \
    .pack = intaglio_gemm_##types##_pack_##tile##__##target,                             \
    .unpack = intaglio_gemm_##types##_unpack_##tile##__##target,                         \
    .run = intaglio_gemm_##types##_##tile##__##target,                                   \
  }

#define INTAGLIO_GEMM_PROTOTYPES(types, tile, target)                                     \
  size_t intaglio_gemm_##types##_packed_size_##tile##__##target(size_t k, size_t n);      \
  void intaglio_gemm_##types##_pack_##tile##__##target(                                   \
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride, \
      void *packed, int32_t *column_sums);                                                \
  void intaglio_gemm_##types##_unpack_##tile##__##target(                                 \
      uint32_t width, size_t k, size_t columns, const void *weights, void *packed);       \
  void intaglio_gemm_##types##_##tile##__##target(                                        \
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,     \
      const int32_t *initial, int32_t *c, size_t ldc);

INTAGLIO_GEMM_PROTOTYPES(u8s8, 1x1, scalar)
#if defined(__x86_64__)
INTAGLIO_GEMM_PROTOTYPES(u8s8, 3x16, avx2)
INTAGLIO_GEMM_PROTOTYPES(u8s8pairs, 6x16, avx2)
INTAGLIO_GEMM_PROTOTYPES(u8s8, 6x64, avx512vnni)
#endif

static const intaglio_gemm_kernel kernels[] = {
    INTAGLIO_GEMM_ENTRY(u8s8, 1x1, scalar, INTAGLIO_ISA_SCALAR, 1, 1, 1, UINT32_MAX, false),
#if defined(__x86_64__)
    INTAGLIO_GEMM_ENTRY(u8s8, 3x16, avx2, INTAGLIO_ISA_AVX2, 3, 16, 4, UINT32_MAX, false),
    INTAGLIO_GEMM_ENTRY(u8s8pairs, 6x16, avx2, INTAGLIO_ISA_AVX2, 6, 16, 4, 32767, false),
    INTAGLIO_GEMM_ENTRY(
        u8s8, 6x64, avx512vnni, INTAGLIO_ISA_AVX512VNNI, 6, 64, 4, UINT32_MAX, true),
#endif
};

const intaglio_gemm_kernel *intaglio_gemm_kernels(size_t *count) {
  *count = INTAGLIO_COUNT(kernels);
  return kernels;
}
