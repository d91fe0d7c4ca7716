/// Instruction sets, and which of them this machine has.
#ifndef INTAGLIO_ISA_H
#define INTAGLIO_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intaglio_isa_table.h"

#pragma clang assume_nonnull begin

/// Marks a struct of constants (names, sizes, functions) that Swift may share between threads.
#define INTAGLIO_SENDABLE __attribute__((swift_attr("@Sendable")))

/// Where the bits of the features are.
#define INTAGLIO_FEATURE_BIT(architecture, feature) INTAGLIO_BIT_##feature,
enum { INTAGLIO_FEATURE_TABLE(INTAGLIO_FEATURE_BIT) INTAGLIO_FEATURE_COUNT };
#undef INTAGLIO_FEATURE_BIT

/// A set of features, one bit each. `intaglio_isa_avx2` and its like are those of the table; a set is
/// within another where it has no bit that the other lacks, and none is within every one.
#define INTAGLIO_FEATURE(feature) (1u << INTAGLIO_BIT_##feature)
#define INTAGLIO_ISA_ENUMERATOR(architecture, name, features, ...) intaglio_isa_##name = (features),
typedef enum intaglio_isa { INTAGLIO_ISA_TABLE(INTAGLIO_ISA_ENUMERATOR, ) } intaglio_isa;
#undef INTAGLIO_ISA_ENUMERATOR
#undef INTAGLIO_FEATURE

_Static_assert(INTAGLIO_FEATURE_COUNT < 32, "a set of features has 32 bits");

typedef struct INTAGLIO_SENDABLE intaglio_isa_entry {
  const char *name;
  intaglio_isa isa;
  /// What it needs, in words.
  const char *description;
} intaglio_isa_entry;

/// Every instruction set that there are kernels for, on any machine, in the order of the table:
/// scalar first.
const intaglio_isa_entry *intaglio_isa_list(size_t *count);

/// Whether the processor and the operating system both support every feature of `isa`.
bool intaglio_isa_supported(intaglio_isa isa);

/// Tells the core that the thread waits for another one.
static inline void intaglio_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#pragma clang assume_nonnull end

#endif
