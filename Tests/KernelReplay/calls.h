/// Every kernel of a family by its name in a case, with its arguments in order: CALL(family, names,
/// member, …), where N(i) is argument i as an integer, F(i) as a float and P(i) as a pointer.
///
/// The kernels whose operands are packed by themselves are in gemm.c.
#define KERNEL_CALLS(CALL)                                                                         \
  CALL(weights, weights, pack, N(0), N(1), N(2), P(3), N(4), N(5), P(6), P(7))                     \
  CALL(                                                                                            \
      weights, weights, multiply_rows, N(0), N(1), N(2), N(3), P(4), N(5), P(6), P(7), P(8), N(9)) \
  CALL(convert, convert, row_sums_u8, N(0), N(1), P(2), N(3), P(4))                                \
  CALL(convert, convert, offset_x8, N(0), N(1), P(2), N(3), N(4), P(5), N(6))                      \
  CALL(convert, convert, distances_i32, N(0), N(1), P(2), N(3), N(4), P(5), N(6))                  \
  CALL(                                                                                            \
      requantize, requantize, thresholds_i32, N(0), N(1), P(2), N(3), N(4), P(5), N(6), P(7),      \
      P(8), P(9), N(10))                                                                           \
  CALL(                                                                                            \
      requantize, requantize, dyadic_i32, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7), N(8),    \
      P(9), N(10))                                                                                 \
  CALL(exceptions, exceptions, replace_i32, N(0), N(1), P(2), N(3), N(4), P(5), P(6), P(7), N(8))  \
  CALL(dequantize, dequantize, affine_i32, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7))         \
  CALL(dequantize, dequantize, affine_u8, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7))          \
  CALL(dequantize, dequantize, affine_s8, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7))          \
  CALL(dequantize, dequantize, centered_i32, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7))       \
  CALL(dequantize, dequantize, centered_u8, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7))        \
  CALL(dequantize, dequantize, centered_s8, N(0), N(1), P(2), N(3), P(4), P(5), P(6), N(7))        \
  CALL(                                                                                            \
      quantize, quantize, round_then_clamp_f32, N(0), N(1), P(2), N(3), P(4), P(5), N(6), N(7),    \
      P(8), N(9))                                                                                  \
  CALL(                                                                                            \
      quantize, quantize, clamp_then_round_f32, N(0), N(1), P(2), N(3), P(4), P(5), N(6), N(7),    \
      P(8), N(9))                                                                                  \
  CALL(                                                                                            \
      quantize, quantize, quotient_i32, N(0), N(1), P(2), N(3), P(4), N(5), P(6), P(7), P(8),      \
      N(9), N(10), P(11), N(12), P(13))                                                            \
  CALL(unary, unary_f32, exp, N(0), N(1), P(2), N(3), P(4), N(5))                                  \
  CALL(unary, unary_f32, erf, N(0), N(1), P(2), N(3), P(4), N(5))                                  \
  CALL(unary, unary_f32, tanh, N(0), N(1), P(2), N(3), P(4), N(5))                                 \
  CALL(unary, unary_f32, sigmoid, N(0), N(1), P(2), N(3), P(4), N(5))                              \
  CALL(unary, unary_f32, gelu_erf, N(0), N(1), P(2), N(3), P(4), N(5))                             \
  CALL(unary, unary_f32, gelu_tanh, N(0), N(1), P(2), N(3), P(4), N(5))                            \
  CALL(unary, unary_f32, sqrt, N(0), N(1), P(2), N(3), P(4), N(5))                                 \
  CALL(unary, unary_f32, reciprocal, N(0), N(1), P(2), N(3), P(4), N(5))                           \
  CALL(unary, unary_f32, relu, N(0), N(1), P(2), N(3), P(4), N(5))                                 \
  CALL(unary, unary_f32, clip, N(0), N(1), P(2), N(3), F(4), F(5), P(6), N(7))                     \
  CALL(binary, binary_f32, add, N(0), N(1), P(2), N(3), P(4), N(5), P(6), N(7))                    \
  CALL(binary, binary_f32, sub, N(0), N(1), P(2), N(3), P(4), N(5), P(6), N(7))                    \
  CALL(binary, binary_f32, mul, N(0), N(1), P(2), N(3), P(4), N(5), P(6), N(7))                    \
  CALL(binary, binary_f32, div, N(0), N(1), P(2), N(3), P(4), N(5), P(6), N(7))                    \
  CALL(binary, binary_f32, add_scalar, N(0), N(1), P(2), N(3), F(4), P(5), N(6))                   \
  CALL(binary, binary_f32, sub_scalar, N(0), N(1), P(2), N(3), F(4), P(5), N(6))                   \
  CALL(binary, binary_f32, mul_scalar, N(0), N(1), P(2), N(3), F(4), P(5), N(6))                   \
  CALL(binary, binary_f32, div_scalar, N(0), N(1), P(2), N(3), F(4), P(5), N(6))                   \
  CALL(normalize, normalize, layer_norm_f32, N(0), N(1), P(2), N(3), P(4), P(5), F(6), P(7), N(8)) \
  CALL(normalize, normalize, softmax_f32, N(0), N(1), P(2), N(3), P(4), N(5))                      \
  CALL(normalize, normalize, row_exponential_f32, N(0), N(1), P(2), N(3), P(4), N(5))              \
  CALL(                                                                                            \
      scaled_sum, scaled_sum, sum_i32, N(0), N(1), P(2), N(3), P(4), P(5), N(6), P(7), P(8), P(9), \
      N(10), N(11), P(12), N(13), P(14))                                                           \
  CALL(lookup, lookup, lookup_i32, N(0), N(1), P(2), N(3), N(4), N(5), P(6), P(7), N(8))           \
  CALL(lookup, lookup, cells_i32, N(0), N(1), P(2), N(3), N(4), N(5), P(6), P(7), N(8))            \
  CALL(                                                                                            \
      integer_normalize, integer_normalize, normalize_i32, N(0), N(1), P(2), N(3), P(4), P(5),     \
      P(6), N(7))                                                                                  \
  CALL(                                                                                            \
      integer_normalize, integer_normalize, codes_i32, N(0), N(1), P(2), N(3), P(4), P(5),         \
      norm_codes(a), P(7), N(8), P(9))                                                             \
  CALL(                                                                                            \
      integer_softmax, integer_softmax, softmax_i32, N(0), N(1), P(2), N(3), softmax(a), P(5),     \
      P(6), N(7))
