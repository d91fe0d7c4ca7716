#if defined(__aarch64__)
#include "begin.h"

#if !defined(INTAGLIO_PLAIN_PIECES)
#include "words.h"
#endif

#include "../lanes/softmax_memory.h"
#include "../lanes/end.h"
#endif
