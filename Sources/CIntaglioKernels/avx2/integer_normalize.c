#if defined(__x86_64__)
#include "begin.h"

#include "products.h"

#include "codes.h"

#include "../lanes/root.h"

#include "../lanes/integer_normalize.h"
#include "end.h"
#endif
