#include "targets.h"

/// INTAGLIO_HAS_architecture(feature) is whether this machine has the feature.
#if defined(__x86_64__)
#define INTAGLIO_HAS_x86(feature) (__builtin_cpu_supports(#feature) != 0)
#else
#define INTAGLIO_HAS_x86(feature) false
#endif

#if defined(__aarch64__)
#define INTAGLIO_HAS_arm64(feature) has_##feature()
#if defined(__APPLE__)
#include <sys/sysctl.h>

static bool has(const char *name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}

static bool has_dotprod(void) { return has("hw.optional.arm.FEAT_DotProd"); }
static bool has_i8mm(void) { return has("hw.optional.arm.FEAT_I8MM"); }
#else
#include <sys/auxv.h>

static bool has_dotprod(void) { return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0; }
static bool has_i8mm(void) { return (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0; }
#endif
#else
#define INTAGLIO_HAS_arm64(feature) false
#endif

#define INTAGLIO_ENTRY(                                                                \
    architecture, name_, features, families, peak, lookup, entries, cells, words, ...) \
  {.name = #name_, .isa = intaglio_isa_##name_, .description = words},
static const intaglio_isa_entry entries[] = {INTAGLIO_ISA_TABLE(INTAGLIO_ENTRY, )};

const intaglio_isa_entry *intaglio_isa_list(size_t *count) {
  *count = sizeof entries / sizeof entries[0];
  return entries;
}

bool intaglio_isa_supported(intaglio_isa isa) {
  uint32_t features = 0;
#define INTAGLIO_ASK(architecture, feature) \
  if (INTAGLIO_HAS_##architecture(feature)) features |= 1u << INTAGLIO_BIT_##feature;
  INTAGLIO_FEATURE_TABLE(INTAGLIO_ASK)
  return (isa & ~features) == 0;
}
