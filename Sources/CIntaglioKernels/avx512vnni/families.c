#if defined(__x86_64__)
#include "begin.h"

#include "products.h"

#include "codes.h"

#define INTAGLIO_OWN_requantize
#define INTAGLIO_OWN_scaled_sum
#include "../lanes/families.h"
#include "../lanes/end.h"
#endif
