/// The four functions of a kernel of lists/gemm_list.c, from what each of them returns or does in terms of
/// its arguments, which are named as in intaglio_gemm.h.
#define INTAGLIO_GEMM_KERNEL(types, tile, SIZE, PACK, UNPACK, MULTIPLY)                    \
  size_t INTAGLIO_KERNEL(intaglio_gemm_##types##_packed_size_##tile)(size_t k, size_t n) { \
    return SIZE;                                                                           \
  }                                                                                        \
  void INTAGLIO_KERNEL(intaglio_gemm_##types##_pack_##tile)(                               \
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,  \
      void *packed, int32_t *column_sums) {                                                \
    PACK;                                                                                  \
  }                                                                                        \
  void INTAGLIO_KERNEL(intaglio_gemm_##types##_unpack_##tile)(                             \
      uint32_t width, size_t k, size_t columns, const void *weights, void *packed) {       \
    UNPACK;                                                                                \
  }                                                                                        \
  void INTAGLIO_KERNEL(intaglio_gemm_##types##_##tile)(                                    \
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,      \
      const int32_t *initial, int32_t *c, size_t ldc) {                                    \
    MULTIPLY;                                                                              \
  }
