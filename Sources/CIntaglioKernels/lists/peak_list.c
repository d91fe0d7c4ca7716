#include "lists.h"

#define INTAGLIO_PROTOTYPES(architecture, target, features, families, peak, ...) \
  INTAGLIO_ON_##architecture(INTAGLIO_IF_##peak(                                 \
      INTAGLIO_PROTOTYPE(intaglio_peak_kernel, run, intaglio_peak_run__##target)))
INTAGLIO_ISA_TABLE(INTAGLIO_PROTOTYPES, )

#define INTAGLIO_KERNEL_OF(architecture, target, features, families, peak, ...) \
  INTAGLIO_ON_##architecture(INTAGLIO_IF_##peak(                                \
      {                                                                         \
          .name = "intaglio_peak__" #target,                                    \
          .isa = intaglio_isa_##target,                                         \
          .run = intaglio_peak_run__##target,                                   \
      }, ))
static const intaglio_peak_kernel kernels[] = {INTAGLIO_ISA_TABLE(INTAGLIO_KERNEL_OF, )};

const intaglio_peak_kernel *intaglio_peak_list(size_t *count) INTAGLIO_RETURN_LIST(kernels)
