#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/math.h"
#include "../lanes/quantize.h"
#include "end.h"
#endif
