/// What every file of a target has: the last include of its begin.h, behind the pieces of its own. What
/// the target has not made is made here, from lanes alone; see TARGET.md.
#if !defined(INTAGLIO_TARGET)
#error "begin.h of an instruction set defines INTAGLIO_TARGET, the end of its kernels' names"
#endif
#if !defined(INTAGLIO_LANES_H)
#error "begin.h of an instruction set includes ../lanes/lanes.h before anything else"
#endif

#include "partial.h"

#include "memory.h"

#include "fours.h"
