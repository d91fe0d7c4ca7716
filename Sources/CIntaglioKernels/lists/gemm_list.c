#include "../targets.h"

#define INTAGLIO_GEMM_PROTOTYPES(types, tile, target)                                       \
  size_t intaglio_gemm_##types##_packed_size_##tile##__##target(size_t k, size_t n);        \
  void intaglio_gemm_##types##_pack_##tile##__##target(                                     \
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,   \
      void *packed, int32_t *column_sums);                                                  \
  void intaglio_gemm_##types##_unpack_##tile##__##target(                                   \
      uint32_t width, size_t k, size_t columns, const void *weights, void *packed);         \
  void intaglio_gemm_##types##_##tile##__##target(                                          \
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,       \
      const int32_t *initial, int32_t *c, size_t ldc);

INTAGLIO_GEMM_PROTOTYPES(u8s8, 1x1, scalar)
#if defined(__x86_64__)
INTAGLIO_GEMM_PROTOTYPES(u8s8, 3x16, avx2)
INTAGLIO_GEMM_PROTOTYPES(u8s8pairs, 6x16, avx2)
INTAGLIO_GEMM_PROTOTYPES(u8s8sums8, 6x16, avx2)
INTAGLIO_GEMM_PROTOTYPES(u8s8sums64, 6x16, avx2)
INTAGLIO_GEMM_PROTOTYPES(u8s8, 6x16, avxvnni)
INTAGLIO_GEMM_PROTOTYPES(u8s8, 6x16, avx512vnni)
INTAGLIO_GEMM_PROTOTYPES(u8s8, 6x64, avx512vnni)
INTAGLIO_GEMM_PROTOTYPES(u3s3, 8x64, avx512vbmi)
INTAGLIO_GEMM_PROTOTYPES(u2s2, 8x64, avx512vbmi)
#endif

/// A kernel `intaglio_gemm_types_tile__target`; its packing has the same name with a word before
/// the tile.
#define INTAGLIO_GEMM(types, tile, target)                                         \
  .name = "intaglio_gemm_" #types "_" #tile "__" #target,                          \
  .packed_size = intaglio_gemm_##types##_packed_size_##tile##__##target,           \
  .pack = intaglio_gemm_##types##_pack_##tile##__##target,                         \
  .unpack = intaglio_gemm_##types##_unpack_##tile##__##target,                     \
  .run = intaglio_gemm_##types##_##tile##__##target

#define INTAGLIO_TILE(rows, columns, depth) .mr = rows, .nr = columns, .kr = depth

/// Operands of these many bits, of which two products at a time may add up to `pairs`.
#define INTAGLIO_OPERANDS(a_bits, b_bits, pairs)                                   \
  .max_a = (1u << (a_bits)) - 1, .min_b = -(1 << ((b_bits) - 1)),                  \
  .max_b = (1 << ((b_bits) - 1)) - 1, .max_pair_product = pairs

static bool everywhere(void) { return true; }

#if defined(__x86_64__)
/// Zen 4 starts one 512-bit `vpdpbusd` a clock beside one shuffle and reaches 1.4 times the products
/// by lookups of 3 bits and 1.8 times by those of 2. Intel's servers start two `vpdpbusd`.
static bool on_amd(void) { return __builtin_cpu_is("amd") != 0; }
#endif

static const intaglio_gemm_kernel kernels[] = {
    {
        INTAGLIO_GEMM(u8s8, 1x1, scalar),
        INTAGLIO_TILE(1, 1, 1),
        INTAGLIO_OPERANDS(8, 8, UINT32_MAX),
        .isa = INTAGLIO_ISA_SCALAR,
        .pays = everywhere,
    },
#if defined(__x86_64__)
    {
        INTAGLIO_GEMM(u8s8, 3x16, avx2),
        INTAGLIO_TILE(3, 16, 4),
        INTAGLIO_OPERANDS(8, 8, UINT32_MAX),
        .isa = INTAGLIO_ISA_AVX2,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u8s8pairs, 6x16, avx2),
        INTAGLIO_TILE(6, 16, 4),
        INTAGLIO_OPERANDS(8, 8, 32767),
        .isa = INTAGLIO_ISA_AVX2,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u8s8sums8, 6x16, avx2),
        INTAGLIO_TILE(6, 16, 4),
        INTAGLIO_OPERANDS(8, 8, 32767 / 8),
        .isa = INTAGLIO_ISA_AVX2,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u8s8sums64, 6x16, avx2),
        INTAGLIO_TILE(6, 16, 4),
        INTAGLIO_OPERANDS(8, 8, 32767 / 64),
        .isa = INTAGLIO_ISA_AVX2,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u8s8, 6x16, avxvnni),
        INTAGLIO_TILE(6, 16, 4),
        INTAGLIO_OPERANDS(8, 8, UINT32_MAX),
        .isa = INTAGLIO_ISA_AVXVNNI,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u8s8, 6x16, avx512vnni),
        INTAGLIO_TILE(6, 16, 4),
        INTAGLIO_OPERANDS(8, 8, UINT32_MAX),
        .isa = INTAGLIO_ISA_AVX512VNNI,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u8s8, 6x64, avx512vnni),
        INTAGLIO_TILE(6, 64, 4),
        INTAGLIO_OPERANDS(8, 8, UINT32_MAX),
        .isa = INTAGLIO_ISA_AVX512VNNI,
        .packs_as_weights = true,
        .pays = everywhere,
    },
    {
        INTAGLIO_GEMM(u3s3, 8x64, avx512vbmi),
        INTAGLIO_TILE(8, 64, 8),
        INTAGLIO_OPERANDS(3, 3, UINT32_MAX),
        .isa = INTAGLIO_ISA_AVX512VBMI,
        .pays = on_amd,
    },
    {
        INTAGLIO_GEMM(u2s2, 8x64, avx512vbmi),
        INTAGLIO_TILE(8, 64, 12),
        INTAGLIO_OPERANDS(2, 2, UINT32_MAX),
        .isa = INTAGLIO_ISA_AVX512VBMI,
        .pays = on_amd,
    },
#endif
};

const intaglio_gemm_kernel *intaglio_gemm_kernels(size_t *count) {
  *count = INTAGLIO_COUNT(kernels);
  return kernels;
}
