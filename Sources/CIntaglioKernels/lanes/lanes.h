/// Sixteen lanes of arithmetic, the alphabet of the code that is written once for every instruction
/// set.
///
/// The compiler turns a lane type into one 512-bit, two 256-bit or four 128-bit registers, as the
/// target that is in force where the function is used allows. Arithmetic on lanes is plain IEEE
/// arithmetic, so the results are the same for all of them.
#ifndef INTAGLIO_LANES_H
#define INTAGLIO_LANES_H

#include "../targets.h"

#include <math.h>
#include <string.h>

/// Functions on lanes are always inlined, so no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

enum { LANES = 16 };

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef int64_t i64x16 __attribute__((ext_vector_type(16)));
typedef uint64_t u64x16 __attribute__((ext_vector_type(16)));
typedef int64_t i64x8 __attribute__((ext_vector_type(8)));
typedef uint64_t u64x8 __attribute__((ext_vector_type(8)));
typedef uint8_t u8x16 __attribute__((ext_vector_type(16)));
typedef int8_t s8x16 __attribute__((ext_vector_type(16)));
/// A block of weights.
typedef uint8_t u8x64 __attribute__((ext_vector_type(64)));

/// Products of the even and of the odd lanes.
typedef struct lane_products {
  i64x8 even, odd;
} lane_products;

#define INTAGLIO_INLINE static inline __attribute__((always_inline))

/// Before a loop over registers, whose bounds are constants where its function is inlined.
#define INTAGLIO_UNROLL _Pragma("clang loop unroll(full)")

/// `intaglio_family_name__isa`, with the ISA that the including file has defined.
#define INTAGLIO_JOIN(name, isa) name##__##isa
#define INTAGLIO_EXPAND(name, isa) INTAGLIO_JOIN(name, isa)
#define INTAGLIO_KERNEL(name) INTAGLIO_EXPAND(name, INTAGLIO_TARGET)

#endif
