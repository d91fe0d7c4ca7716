#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/exceptions.h"
#include "end.h"
#endif
