#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/math.h"
#include "../lanes/normalize.h"
#include "end.h"
#endif
