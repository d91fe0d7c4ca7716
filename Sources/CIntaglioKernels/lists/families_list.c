/// The list of every family with a set of kernels for each instruction set. A kernel
/// `intaglio_names_member__isa` is the member of its set; the last line of a family names them all.
#include "lists.h"

#define INTAGLIO_PROTOTYPE_OF(member, family, names, target) \
  INTAGLIO_PROTOTYPE(intaglio_##family##_kernels, member, intaglio_##names##_##member##__##target)
#define INTAGLIO_MEMBER_OF(member_, family, names, target) \
  .member_ = intaglio_##names##_##member_##__##target,

#define INTAGLIO_PROTOTYPES(                                                                      \
    architecture, target, features, families, peak, lookup, entries, cells, words, family, names, \
    EACH)                                                                                         \
  INTAGLIO_ON_##architecture(                                                                     \
      INTAGLIO_IF_##families(EACH(INTAGLIO_PROTOTYPE_OF, family, names, target)))
#define INTAGLIO_SET(                                                                             \
    architecture, target, features, families, peak, lookup, entries, cells, words, family, names, \
    EACH)                                                                                         \
  INTAGLIO_ON_##architecture(INTAGLIO_IF_##families(                                              \
      {.name = "intaglio_" #names "__" #target,                                                   \
       .isa = intaglio_isa_##target,                                                              \
       EACH(INTAGLIO_MEMBER_OF, family, names, target)}, ))

/// `intaglio_family_list`, whose members EACH(MEMBER, …) names.
#define INTAGLIO_LIST(family, names, EACH)                                   \
  INTAGLIO_ISA_TABLE(INTAGLIO_PROTOTYPES, family, names, EACH)               \
  static const intaglio_##family##_kernels family##_sets[] = {               \
      INTAGLIO_ISA_TABLE(INTAGLIO_SET, family, names, EACH)};                \
  const intaglio_##family##_kernels *intaglio_##family##_list(size_t *count) \
      INTAGLIO_RETURN_LIST(family##_sets)

#define INTAGLIO_WEIGHTS(MEMBER, ...) MEMBER(pack, __VA_ARGS__) MEMBER(multiply_rows, __VA_ARGS__)
INTAGLIO_LIST(weights, weights, INTAGLIO_WEIGHTS)

#define INTAGLIO_CONVERT(MEMBER, ...) \
  MEMBER(row_sums_u8, __VA_ARGS__)    \
  MEMBER(offset_x8, __VA_ARGS__)      \
  MEMBER(distances_i32, __VA_ARGS__)
INTAGLIO_LIST(convert, convert, INTAGLIO_CONVERT)

#define INTAGLIO_DEQUANTIZE(MEMBER, ...) \
  MEMBER(affine_i32, __VA_ARGS__)        \
  MEMBER(affine_u8, __VA_ARGS__)         \
  MEMBER(affine_s8, __VA_ARGS__)         \
  MEMBER(centered_i32, __VA_ARGS__)      \
  MEMBER(centered_u8, __VA_ARGS__)       \
  MEMBER(centered_s8, __VA_ARGS__)
INTAGLIO_LIST(dequantize, dequantize, INTAGLIO_DEQUANTIZE)

#define INTAGLIO_EXCEPTIONS(MEMBER, ...) MEMBER(replace_i32, __VA_ARGS__)
INTAGLIO_LIST(exceptions, exceptions, INTAGLIO_EXCEPTIONS)

#define INTAGLIO_QUANTIZE(MEMBER, ...)      \
  MEMBER(round_then_clamp_f32, __VA_ARGS__) \
  MEMBER(clamp_then_round_f32, __VA_ARGS__) \
  MEMBER(quotient_i32, __VA_ARGS__)
INTAGLIO_LIST(quantize, quantize, INTAGLIO_QUANTIZE)

#define INTAGLIO_REQUANTIZE(MEMBER, ...) \
  MEMBER(thresholds_i32, __VA_ARGS__)    \
  MEMBER(dyadic_i32, __VA_ARGS__)
INTAGLIO_LIST(requantize, requantize, INTAGLIO_REQUANTIZE)

#define INTAGLIO_SCALED_SUM(MEMBER, ...) MEMBER(sum_i32, __VA_ARGS__)
INTAGLIO_LIST(scaled_sum, scaled_sum, INTAGLIO_SCALED_SUM)

#define INTAGLIO_INTEGER_NORMALIZE(MEMBER, ...) \
  MEMBER(normalize_i32, __VA_ARGS__)            \
  MEMBER(codes_i32, __VA_ARGS__)
INTAGLIO_LIST(integer_normalize, integer_normalize, INTAGLIO_INTEGER_NORMALIZE)

#define INTAGLIO_INTEGER_SOFTMAX(MEMBER, ...) MEMBER(softmax_i32, __VA_ARGS__)
INTAGLIO_LIST(integer_softmax, integer_softmax, INTAGLIO_INTEGER_SOFTMAX)

#define INTAGLIO_NORMALIZE(MEMBER, ...) \
  MEMBER(layer_norm_f32, __VA_ARGS__)   \
  MEMBER(softmax_f32, __VA_ARGS__)      \
  MEMBER(row_exponential_f32, __VA_ARGS__)
INTAGLIO_LIST(normalize, normalize, INTAGLIO_NORMALIZE)

#define INTAGLIO_BINARY(MEMBER, ...) \
  MEMBER(add, __VA_ARGS__)           \
  MEMBER(sub, __VA_ARGS__)           \
  MEMBER(mul, __VA_ARGS__)           \
  MEMBER(div, __VA_ARGS__)           \
  MEMBER(add_scalar, __VA_ARGS__)    \
  MEMBER(sub_scalar, __VA_ARGS__)    \
  MEMBER(mul_scalar, __VA_ARGS__)    \
  MEMBER(div_scalar, __VA_ARGS__)
INTAGLIO_LIST(binary, binary_f32, INTAGLIO_BINARY)

#define INTAGLIO_UNARY(MEMBER, ...) \
  MEMBER(exp, __VA_ARGS__)          \
  MEMBER(erf, __VA_ARGS__)          \
  MEMBER(tanh, __VA_ARGS__)         \
  MEMBER(sigmoid, __VA_ARGS__)      \
  MEMBER(gelu_erf, __VA_ARGS__)     \
  MEMBER(gelu_tanh, __VA_ARGS__)    \
  MEMBER(sqrt, __VA_ARGS__)         \
  MEMBER(reciprocal, __VA_ARGS__)   \
  MEMBER(relu, __VA_ARGS__)         \
  MEMBER(clip, __VA_ARGS__)
INTAGLIO_LIST(unary, unary_f32, INTAGLIO_UNARY)

size_t intaglio_weights_packed_size(uint32_t width, size_t k, size_t n) {
  return ((k + 3) / 4) * ((n + 15) / 16) * 8 * width;
}
