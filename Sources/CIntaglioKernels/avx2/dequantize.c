#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/dequantize.h"
#include "end.h"
#endif
