#include "lists.h"

#define INTAGLIO_PROTOTYPES(                                                            \
    architecture, target, features, families, peak, lookup, entries, cells, words, ...) \
  INTAGLIO_ON_##architecture(INTAGLIO_IF_##lookup(                                      \
      INTAGLIO_PROTOTYPE(                                                               \
          intaglio_lookup_kernels, lookup_i32, intaglio_lookup_lookup_i32__##entries)   \
          INTAGLIO_PROTOTYPE(                                                           \
              intaglio_lookup_kernels, cells_i32, intaglio_lookup_cells_i32__##cells)))
INTAGLIO_ISA_TABLE(INTAGLIO_PROTOTYPES, )

#define INTAGLIO_SET(                                                                   \
    architecture, target, features, families, peak, lookup, entries, cells, words, ...) \
  INTAGLIO_ON_##architecture(INTAGLIO_IF_##lookup(                                      \
      {                                                                                 \
          .name = "intaglio_lookup__" #target,                                          \
          .isa = intaglio_isa_##target,                                                 \
          .lookup_i32 = intaglio_lookup_lookup_i32__##entries,                          \
          .cells_i32 = intaglio_lookup_cells_i32__##cells,                              \
          .cells_isa = intaglio_isa_##cells,                                            \
      }, ))
static const intaglio_lookup_kernels sets[] = {INTAGLIO_ISA_TABLE(INTAGLIO_SET, )};

const intaglio_lookup_kernels *intaglio_lookup_list(size_t *count) INTAGLIO_RETURN_LIST(sets)
