/// The instruction sets, one line each: the one place that names them. A new one is a line here, lines
/// for the features that no other has, and its folder; see lanes/TARGET.md.
#ifndef INTAGLIO_ISA_TABLE_H
#define INTAGLIO_ISA_TABLE_H

/// Every feature that a kernel may need: FEATURE(architecture, feature), the feature as the compiler
/// calls it.
#define INTAGLIO_FEATURE_TABLE(FEATURE) \
  FEATURE(x86, avx2)                    \
  FEATURE(x86, avxvnni)                 \
  FEATURE(x86, avx512f)                 \
  FEATURE(x86, avx512bw)                \
  FEATURE(x86, avx512vl)                \
  FEATURE(x86, avx512dq)                \
  FEATURE(x86, avx512vnni)              \
  FEATURE(x86, avx512vbmi)              \
  FEATURE(x86, bmi2)                    \
  FEATURE(arm64, dotprod)               \
  FEATURE(arm64, i8mm)

// clang-format off
/// Every instruction set, plainer ones first:
/// ROW(architecture, name, features, families, peak, lookup, entries, cells, description, …), with what
/// the user of the table adds.
///
/// - architecture: `any`, `x86` or `arm64`.
/// - name: the folder, and the end of the kernels' names.
/// - features: a sum of INTAGLIO_FEATURE(feature) and of instruction sets above.
/// - families, peak, lookup: OWN where the lists of every family, of peaks and of lookups have an entry
///   for it, else NONE. Matrix multiplications have a list of their own, lists/gemm_list.c.
/// - entries, cells: whose `lookup_i32` and `cells_i32` the entry for lookups takes.
/// - description: what it needs.
#define INTAGLIO_ISA_TABLE(ROW, ...)                                                              \
  ROW(any, scalar, 0,                                                                             \
      OWN, OWN, OWN, scalar, scalar, "portable C", __VA_ARGS__)                                   \
  ROW(x86, avx2, INTAGLIO_FEATURE(avx2),                                                          \
      OWN, OWN, OWN, avx2, scalar, "x86-64 with AVX2", __VA_ARGS__)                               \
  ROW(x86, avxvnni, intaglio_isa_avx2 | INTAGLIO_FEATURE(avxvnni),                                \
      NONE, OWN, NONE, avx2, scalar, "x86-64 with AVX2 and AVX-VNNI", __VA_ARGS__)                \
  ROW(x86, avx512vnni, intaglio_isa_avx2 | INTAGLIO_FEATURE(avx512f) | INTAGLIO_FEATURE(avx512bw) \
                           | INTAGLIO_FEATURE(avx512vl) | INTAGLIO_FEATURE(avx512dq)              \
                           | INTAGLIO_FEATURE(avx512vnni),                                        \
      OWN, OWN, OWN, avx512vnni, scalar, "x86-64 with AVX-512 F, BW, VL, DQ and VNNI",            \
      __VA_ARGS__)                                                                                \
  ROW(x86, avx512vbmi, intaglio_isa_avx512vnni | INTAGLIO_FEATURE(avx512vbmi)                     \
                           | INTAGLIO_FEATURE(bmi2),                                              \
      NONE, NONE, OWN, avx512vnni, avx512vbmi, "the same with AVX-512 VBMI and BMI2", __VA_ARGS__) \
  ROW(arm64, neon, INTAGLIO_FEATURE(dotprod),                                                     \
      OWN, OWN, OWN, neon, scalar, "64-bit Arm with dot products", __VA_ARGS__)                   \
  ROW(arm64, neon_i8mm, intaglio_isa_neon | INTAGLIO_FEATURE(i8mm),                               \
      NONE, OWN, NONE, neon, scalar, "the same with matrix products of bytes", __VA_ARGS__)
// clang-format on

#endif
