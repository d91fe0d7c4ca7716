/// The kernels of every family that needs no more of a target than lanes and pieces; its families.c
/// includes this behind the pieces that it has made itself. A target with a file of its own for a family
/// defines INTAGLIO_OWN_ with the family's name. The families that call through tables of functions
/// (weights, integer softmax, matrix multiplication) are files of their own in any case.
#if !defined(INTAGLIO_MEMORY_H)
#error "families.c of an instruction set includes its begin.h first"
#endif

#include "codes.h"
#include "math.h"
#include "products.h"
#include "root.h"

#if !defined(INTAGLIO_OWN_convert)
#include "convert.h"
#endif
#if !defined(INTAGLIO_OWN_exceptions)
#include "exceptions.h"
#endif
#if !defined(INTAGLIO_OWN_requantize)
#include "requantize.h"
#endif
#if !defined(INTAGLIO_OWN_scaled_sum)
#include "scaled_sum.h"
#endif
#if !defined(INTAGLIO_OWN_lookup)
#include "lookup.h"
#endif
#if !defined(INTAGLIO_OWN_integer_normalize)
#include "integer_normalize.h"
#endif

#if !defined(INTAGLIO_OWN_dequantize)
#include "dequantize.h"
#endif
#if !defined(INTAGLIO_OWN_quantize)
#include "quantize.h"
#endif
#if !defined(INTAGLIO_OWN_unary)
#include "unary.h"
#endif
#if !defined(INTAGLIO_OWN_binary)
#include "binary.h"
#endif
#if !defined(INTAGLIO_OWN_normalize)
#include "normalize.h"
#endif
