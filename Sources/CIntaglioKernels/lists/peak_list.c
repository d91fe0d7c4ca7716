#include "../targets.h"

#if defined(__x86_64__)
#define INTAGLIO_FOR_EACH_PEAK(ENTRY)        \
  ENTRY(scalar, INTAGLIO_ISA_SCALAR)         \
  ENTRY(avx2, INTAGLIO_ISA_AVX2)             \
  ENTRY(avxvnni, INTAGLIO_ISA_AVXVNNI)       \
  ENTRY(avx512vnni, INTAGLIO_ISA_AVX512VNNI)
#else
#define INTAGLIO_FOR_EACH_PEAK(ENTRY) ENTRY(scalar, INTAGLIO_ISA_SCALAR)
#endif

#define INTAGLIO_PROTOTYPES(target, isa_) uint32_t intaglio_peak_run__##target(size_t rounds);
INTAGLIO_FOR_EACH_PEAK(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)            \
  {                                             \
      .name = "intaglio_peak__" #target,        \
      .isa = isa_,                              \
      .run = intaglio_peak_run__##target,       \
  },
static const intaglio_peak_kernel kernels[] = {INTAGLIO_FOR_EACH_PEAK(INTAGLIO_ENTRY)};

const intaglio_peak_kernel *intaglio_peak_list(size_t *count) {
  *count = INTAGLIO_COUNT(kernels);
  return kernels;
}
