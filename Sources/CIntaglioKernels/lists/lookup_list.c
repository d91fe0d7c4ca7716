#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_)                                                         \
  void intaglio_lookup_lookup_i32__##target(                                                      \
      size_t rows, size_t cols, const int32_t *index, size_t ldindex, int32_t first,              \
      uint32_t count, const uint8_t *table, uint8_t *out, size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_CELLS_PROTOTYPE(target)                                                          \
  void intaglio_lookup_cells_i32__##target(                                                       \
      size_t rows, size_t cols, const int32_t *index, size_t ldindex, uint32_t rises,             \
      uint32_t falls, const uint8_t *cells, uint8_t *out, size_t ldout);
INTAGLIO_CELLS_PROTOTYPE(scalar)
INTAGLIO_CELLS_PROTOTYPE(avx512vbmi)

#define INTAGLIO_ENTRY(target, isa_)                       \
  {                                                        \
      .name = "intaglio_lookup__" #target,                 \
      .isa = isa_,                                         \
      .lookup_i32 = intaglio_lookup_lookup_i32__##target,  \
      .cells_i32 = intaglio_lookup_cells_i32__scalar,      \
      .cells_isa = INTAGLIO_ISA_SCALAR,                    \
  },
static const intaglio_lookup_kernels sets[] = {
    INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)
#if defined(__x86_64__)
    {
        .name = "intaglio_lookup__avx512vbmi",
        .isa = INTAGLIO_ISA_AVX512VBMI,
        .lookup_i32 = intaglio_lookup_lookup_i32__avx512vnni,
        .cells_i32 = intaglio_lookup_cells_i32__avx512vbmi,
        .cells_isa = INTAGLIO_ISA_AVX512VBMI,
    },
#endif
};

const intaglio_lookup_kernels *intaglio_lookup_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
