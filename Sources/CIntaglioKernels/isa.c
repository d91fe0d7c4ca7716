#include "targets.h"

bool intaglio_isa_supported(intaglio_isa isa) {
  switch (isa) {
    case INTAGLIO_ISA_SCALAR:
      return true;
#if defined(__x86_64__)
    case INTAGLIO_ISA_AVX2:
      return __builtin_cpu_supports("avx2") != 0;
    case INTAGLIO_ISA_AVX512VNNI:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0
             && __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0
             && __builtin_cpu_supports("avx512vnni") != 0;
#else
    case INTAGLIO_ISA_AVX2:
    case INTAGLIO_ISA_AVX512VNNI:
      return false;
#endif
  }
  return false;
}
