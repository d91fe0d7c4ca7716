#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/requantize.h"
#include "end.h"
#endif
