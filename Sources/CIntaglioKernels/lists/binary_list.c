#include "../targets.h"

#define INTAGLIO_OPERATION(name, target)                                                        \
  void intaglio_binary_f32_##name##__##target(                                                  \
      size_t rows, size_t cols, const float *a, size_t lda, const float *b, size_t ldb,         \
      float *out, size_t ldout);                                                                \
  void intaglio_binary_f32_##name##_scalar__##target(                                           \
      size_t rows, size_t cols, const float *a, size_t lda, float b, float *out, size_t ldout);
#define INTAGLIO_PROTOTYPES(target, isa_) \
  INTAGLIO_OPERATION(add, target)         \
  INTAGLIO_OPERATION(sub, target)         \
  INTAGLIO_OPERATION(mul, target)         \
  INTAGLIO_OPERATION(div, target)
INTAGLIO_FOR_EACH_ISA(INTAGLIO_PROTOTYPES)

#define INTAGLIO_ENTRY(target, isa_)                              \
  {                                                               \
      .name = "intaglio_binary_f32__" #target,                    \
      .isa = isa_,                                                \
      .add = intaglio_binary_f32_add__##target,                   \
      .sub = intaglio_binary_f32_sub__##target,                   \
      .mul = intaglio_binary_f32_mul__##target,                   \
      .div = intaglio_binary_f32_div__##target,                   \
      .add_scalar = intaglio_binary_f32_add_scalar__##target,     \
      .sub_scalar = intaglio_binary_f32_sub_scalar__##target,     \
      .mul_scalar = intaglio_binary_f32_mul_scalar__##target,     \
      .div_scalar = intaglio_binary_f32_div_scalar__##target,     \
  },
static const intaglio_binary_kernels sets[] = {INTAGLIO_FOR_EACH_ISA(INTAGLIO_ENTRY)};

const intaglio_binary_kernels *intaglio_binary_list(size_t *count) {
  *count = INTAGLIO_COUNT(sets);
  return sets;
}
