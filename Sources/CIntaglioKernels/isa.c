#include "targets.h"

bool intaglio_isa_supported(intaglio_isa isa) {
  switch (isa) {
    case INTAGLIO_ISA_SCALAR:
      return true;
#if defined(__x86_64__)
    case INTAGLIO_ISA_AVX2:
      return __builtin_cpu_supports("avx2") != 0;
    case INTAGLIO_ISA_AVXVNNI:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("avxvnni") != 0;
    case INTAGLIO_ISA_AVX512VNNI:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0
             && __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0
             && __builtin_cpu_supports("avx512vnni") != 0;
    case INTAGLIO_ISA_AVX512VBMI:
      return intaglio_isa_supported(INTAGLIO_ISA_AVX512VNNI)
             && __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
#else
    case INTAGLIO_ISA_AVX2:
    case INTAGLIO_ISA_AVXVNNI:
    case INTAGLIO_ISA_AVX512VNNI:
    case INTAGLIO_ISA_AVX512VBMI:
      return false;
#endif
  }
  return false;
}
