#if defined(__aarch64__)
#include "begin.h"

#if !defined(INTAGLIO_PLAIN_PIECES)
#include "products.h"

#include "codes.h"
#endif

#include "../lanes/families.h"
#include "../lanes/end.h"
#endif
