/// Instruction sets, and which of them this machine has.
#ifndef INTAGLIO_ISA_H
#define INTAGLIO_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Marks a struct of constants (names, sizes, functions) that Swift may share between threads.
#define INTAGLIO_SENDABLE __attribute__((swift_attr("@Sendable")))

/// From the plainest to the fastest.
typedef enum intaglio_isa {
  /// Portable C; the truth that the others are compared with.
  INTAGLIO_ISA_SCALAR = 0,
  /// x86-64 with AVX2.
  INTAGLIO_ISA_AVX2 = 1,
  /// x86-64 with AVX2 and AVX-VNNI.
  INTAGLIO_ISA_AVXVNNI = 2,
  /// x86-64 with AVX-512 F, BW, VL, DQ and VNNI.
  INTAGLIO_ISA_AVX512VNNI = 3,
  /// The same with AVX-512 VBMI and BMI2.
  INTAGLIO_ISA_AVX512VBMI = 4,
} intaglio_isa;

/// Whether the processor and the operating system both support `isa`.
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
