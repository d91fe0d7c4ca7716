#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/convert.h"
#include "end.h"
#endif
