#include "kernels.h"

#include <string.h>

#include "calls.h"

#define N(i) a[i].integer
#define F(i) a[i].real
#define P(i) a[i].pointer

/// Structures with pointers, which a case has behind the arguments.
static const intaglio_norm_codes *norm_codes(const argument *a) {
  static intaglio_norm_codes codes;
  memcpy(&codes, P(6), sizeof codes);
  codes.weight = P(10);
  codes.multiplier = P(11);
  codes.addend = P(12);
  return &codes;
}

static const intaglio_softmax *softmax(const argument *a) {
  static intaglio_softmax constants;
  memcpy(&constants, P(4), sizeof constants);
  constants.table = P(8);
  constants.powers = P(9);
  return &constants;
}

#define KERNEL_FUNCTIONS(family, names, member, ...)                                              \
  static bool version_of_##names##_##member(size_t index, const char **name, intaglio_isa *isa) { \
    size_t count;                                                                                 \
    const intaglio_##family##_kernels *sets = intaglio_##family##_list(&count);                   \
    if (index >= count) return false;                                                             \
    *name = sets[index].name;                                                                     \
    *isa = sets[index].isa;                                                                       \
    return true;                                                                                  \
  }                                                                                               \
  static size_t run_##names##_##member(size_t index, const test_case *of) {                       \
    size_t count;                                                                                 \
    const argument *a = of->arguments;                                                            \
    intaglio_##family##_list(&count)[index].member(__VA_ARGS__);                                  \
    return differing_bytes(of);                                                                   \
  }
KERNEL_CALLS(KERNEL_FUNCTIONS)

#define KERNEL_ENTRY(family, names, member, ...) \
  {"intaglio_" #names "_" #member, version_of_##names##_##member, run_##names##_##member},
static const kernel kernels[] = {
    {"intaglio_gemm_run", gemm_version, run_gemm},
    {"intaglio_gemm_pack", gemm_version, run_gemm_pack},
    KERNEL_CALLS(KERNEL_ENTRY)};

const kernel *kernel_named(const char *name) {
  for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
    if (strcmp(kernels[i].name, name) == 0) return &kernels[i];
  }
  return NULL;
}
