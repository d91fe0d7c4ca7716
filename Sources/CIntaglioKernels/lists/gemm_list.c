#include "lists.h"

static bool everywhere(void) { return true; }

#if defined(__x86_64__)
/// Zen 4 starts one 512-bit `vpdpbusd` a clock beside one shuffle and reaches 1.4 times the products
/// by lookups of 3 bits and 1.8 times by those of 2. Intel's servers start two `vpdpbusd`.
static bool on_amd(void) { return __builtin_cpu_is("amd") != 0; }
#endif

// clang-format off
/// Every kernel `intaglio_gemm_types_rowsxcolumns__isa`, scalar first, then the faster the later:
/// KERNEL(architecture, isa, types, rows, columns, depth, a_bits, b_bits, pairs, as_weights, is_preferred).
///
/// - rows, columns, depth: the register tile.
/// - a_bits, b_bits, pairs: operands of these many bits, of which two products at a time may add up to
///   `pairs`.
/// - as_weights: whether packed B is packed 8-bit weights.
/// - is_preferred: where a machine gains from it.
#define INTAGLIO_GEMM_TABLE(KERNEL)                                                               \
  KERNEL(any, scalar, u8s8, 1, 1, 1, 8, 8, UINT32_MAX, false, everywhere)                         \
  KERNEL(x86, avx2, u8s8, 3, 16, 4, 8, 8, UINT32_MAX, false, everywhere)                          \
  KERNEL(x86, avx2, u8s8pairs, 6, 16, 4, 8, 8, 32767, false, everywhere)                          \
  KERNEL(x86, avx2, u8s8sums8, 6, 16, 4, 8, 8, 32767 / 8, false, everywhere)                      \
  KERNEL(x86, avx2, u8s8sums64, 6, 16, 4, 8, 8, 32767 / 64, false, everywhere)                    \
  KERNEL(x86, avxvnni, u8s8, 6, 16, 4, 8, 8, UINT32_MAX, false, everywhere)                       \
  KERNEL(x86, avx512vnni, u8s8, 6, 16, 4, 8, 8, UINT32_MAX, false, everywhere)                    \
  KERNEL(x86, avx512vnni, u8s8, 6, 64, 4, 8, 8, UINT32_MAX, true, everywhere)                     \
  KERNEL(x86, avx512vbmi, u3s3, 8, 64, 8, 3, 3, UINT32_MAX, false, on_amd)                        \
  KERNEL(x86, avx512vbmi, u2s2, 8, 64, 12, 2, 2, UINT32_MAX, false, on_amd)                       \
  KERNEL(arm64, neon, u8s8, 5, 16, 4, 8, 8, UINT32_MAX, false, everywhere)                        \
  KERNEL(arm64, neon_i8mm, u8s8, 6, 16, 8, 8, 8, UINT32_MAX, false, everywhere)
// clang-format on

/// Packing has the name of its multiplication with a word before the tile.
#define INTAGLIO_PROTOTYPES(architecture, target, types, rows, columns, ...)     \
  INTAGLIO_ON_##architecture(                                                    \
      INTAGLIO_PROTOTYPE(                                                        \
          intaglio_gemm_kernel, packed_size,                                     \
          intaglio_gemm_##types##_packed_size_##rows##x##columns##__##target)    \
          INTAGLIO_PROTOTYPE(                                                    \
              intaglio_gemm_kernel, pack,                                        \
              intaglio_gemm_##types##_pack_##rows##x##columns##__##target)       \
              INTAGLIO_PROTOTYPE(                                                \
                  intaglio_gemm_kernel, unpack,                                  \
                  intaglio_gemm_##types##_unpack_##rows##x##columns##__##target) \
                  INTAGLIO_PROTOTYPE(                                            \
                      intaglio_gemm_kernel, run,                                 \
                      intaglio_gemm_##types##_##rows##x##columns##__##target))
INTAGLIO_GEMM_TABLE(INTAGLIO_PROTOTYPES)

#define INTAGLIO_KERNEL_OF(                                                                  \
    architecture, target, types, rows, columns, depth, a_bits, b_bits, pairs, as_weights,    \
    is_preferred_)                                                                           \
  INTAGLIO_ON_##architecture(                                                                \
      {                                                                                      \
          .name = "intaglio_gemm_" #types "_" #rows "x" #columns "__" #target,               \
          .isa = intaglio_isa_##target,                                                      \
          .mr = rows,                                                                        \
          .nr = columns,                                                                     \
          .kr = depth,                                                                       \
          .max_a = (1u << a_bits) - 1,                                                       \
          .min_b = -(1 << (b_bits - 1)),                                                     \
          .max_b = (1 << (b_bits - 1)) - 1,                                                  \
          .max_pair_product = pairs,                                                         \
          .packs_as_weights = as_weights,                                                    \
          .is_preferred = is_preferred_,                                                     \
          .packed_size = intaglio_gemm_##types##_packed_size_##rows##x##columns##__##target, \
          .pack = intaglio_gemm_##types##_pack_##rows##x##columns##__##target,               \
          .unpack = intaglio_gemm_##types##_unpack_##rows##x##columns##__##target,           \
          .run = intaglio_gemm_##types##_##rows##x##columns##__##target,                     \
      }, )
static const intaglio_gemm_kernel kernels[] = {INTAGLIO_GEMM_TABLE(INTAGLIO_KERNEL_OF)};

const intaglio_gemm_kernel *intaglio_gemm_kernels(size_t *count) INTAGLIO_RETURN_LIST(kernels)
