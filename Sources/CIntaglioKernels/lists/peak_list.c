#include "../targets.h"

#define INTAGLIO_PROTOTYPES(target, isa_) uint32_t intaglio_peak_run__##target(size_t rounds);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)            \
  {                                             \
      .name = "intaglio_peak__" #target,        \
      .isa = isa_,                              \
      .run = intaglio_peak_run__##target,       \
  },
static const intaglio_peak_kernel kernels[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_peak_kernel *intaglio_peak_list(size_t *count) {
  *count = INTAGLIO_COUNT(kernels);
  return kernels;
}
