/// u × s of 3 bits: a lookup finds a₀·b₀ + a₁·b₁.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"
#include "../lanes/weights_unpack.h"

enum { BITS = 3, DEPTH = 2, GROUPS = 2, QUADS = 1, CENTER = 4, OFFSET = 24 };

/// The signed number with these three bits.
#define SIGNED(bits) ((((bits) & 7) ^ 4) - 4)

/// From −12 − 12 + 24 to 16 + 16 + 24: four of them are at most 224.
#define ENTRY(a, b) \
  (uint8_t)((((a) & 7) - CENTER) * SIGNED(b) + (((a) >> 3) - CENTER) * SIGNED((b) >> 3) + OFFSET)
#include "gemm_lookup_tables.h"

/// Per lookup and group: what its four b count in the index, from the lowest byte.
static const uint32_t factors[4][GROUPS] = {
    {0x00000801, 0}, {0x08010000, 0}, {0, 0x00000801}, {0, 0x08010000}};

/// The six bits of each two a.
INTAGLIO_INLINE uint64_t table_codes(const uint8_t a[8]) {
  uint64_t eight;
  memcpy(&eight, a, sizeof eight);
  return _pext_u64(eight, 0x0707070707070707);
}

#include "gemm_lookup.h"

size_t intaglio_gemm_u3s3_packed_size_8x64__avx512vbmi(size_t k, size_t n) {
  return ceiling(n, COLUMNS) * panel_size(k);
}

void intaglio_gemm_u3s3_pack_8x64__avx512vbmi(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    void *packed, int32_t *column_sums) {
  pack_panels_of_indices(k, n, b, row_stride, column_stride, packed, column_sums);
}

void intaglio_gemm_u3s3_unpack_8x64__avx512vbmi(
    uint32_t width, size_t k, size_t columns, const void *weights, void *packed) {
  if (columns > 0) unpack_indices(width, k, columns, weights, packed);
}

void intaglio_gemm_u3s3_8x64__avx512vbmi(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  multiply_panels(m, n, k, a, lda, packed, initial, c, ldc);
}
#include "end.h"
#endif
