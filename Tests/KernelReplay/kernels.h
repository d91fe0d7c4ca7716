/// The kernels that cases are about, in every instruction set of this machine.
#ifndef KERNELS_H
#define KERNELS_H

#include "CIntaglioKernels.h"

#include "cases.h"

/// One kernel in all its versions.
typedef struct kernel {
  /// As in a case.
  const char *name;
  /// The `index`th version of the list, and its name and instruction set; false behind the last.
  bool (*version)(size_t index, const char **name, intaglio_isa *isa);
  /// Runs the `index`th version on a case whose operands are placed; the number of bytes that differ.
  size_t (*run)(size_t index, const test_case *of);
} kernel;

/// The kernel of this name, or null.
const kernel *kernel_named(const char *name);

/// The multiplications, whose cases hold B as the scalar kernel packs it.
bool gemm_version(size_t index, const char **name, intaglio_isa *isa);
size_t run_gemm(size_t index, const test_case *of);
size_t run_gemm_pack(size_t index, const test_case *of);

#endif
