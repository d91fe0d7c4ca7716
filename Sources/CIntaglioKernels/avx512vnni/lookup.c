#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/lookup.h"
#include "end.h"
#endif
