#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/math.h"
#include "../lanes/unary.h"
#include "end.h"
#endif
