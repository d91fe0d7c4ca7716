#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/binary.h"
#include "end.h"
#endif
