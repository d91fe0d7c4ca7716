#include "../targets.h"

#define INTAGLIO_FUNCTION(name, target)                                                         \
  void intaglio_unary_f32_##name##__##target(                                                   \
      size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout);
#define INTAGLIO_PROTOTYPES(target, isa_)                                                       \
  INTAGLIO_FUNCTION(exp, target)                                                                \
  INTAGLIO_FUNCTION(erf, target)                                                                \
  INTAGLIO_FUNCTION(tanh, target)                                                               \
  INTAGLIO_FUNCTION(sigmoid, target)                                                            \
  INTAGLIO_FUNCTION(gelu_erf, target)                                                           \
  INTAGLIO_FUNCTION(gelu_tanh, target)                                                          \
  INTAGLIO_FUNCTION(sqrt, target)                                                               \
  INTAGLIO_FUNCTION(reciprocal, target)                                                         \
  INTAGLIO_FUNCTION(relu, target)                                                               \
  void intaglio_unary_f32_clip__##target(                                                       \
      size_t rows, size_t cols, const float *x, size_t ldx, float lo, float hi, float *out,     \
      size_t ldout);
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                             \
  {                                                              \
      .name = "intaglio_unary_f32__" #target,                    \
      .isa = isa_,                                               \
      .exp = intaglio_unary_f32_exp__##target,                   \
      .erf = intaglio_unary_f32_erf__##target,                   \
      .tanh = intaglio_unary_f32_tanh__##target,                 \
      .sigmoid = intaglio_unary_f32_sigmoid__##target,           \
      .gelu_erf = intaglio_unary_f32_gelu_erf__##target,         \
      .gelu_tanh = intaglio_unary_f32_gelu_tanh__##target,       \
      .sqrt = intaglio_unary_f32_sqrt__##target,                 \
      .reciprocal = intaglio_unary_f32_reciprocal__##target,     \
      .relu = intaglio_unary_f32_relu__##target,                 \
      .clip = intaglio_unary_f32_clip__##target,                 \
  },
static const intaglio_unary_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_unary_kernels *intaglio_unary_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
