#include "targets.h"

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
  if (INTAGLIO_HAS_##architecture(#feature)) features |= 1u << INTAGLIO_BIT_##feature;
  INTAGLIO_FEATURE_TABLE(INTAGLIO_ASK)
  return (isa & ~features) == 0;
}
