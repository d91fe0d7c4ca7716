#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/softmax_codes.h"
#include "../lanes/take.h"

#include "../lanes/integer_softmax.h"
#include "end.h"
#endif
