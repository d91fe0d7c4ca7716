#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/stream.h"
#include "end.h"
#endif
