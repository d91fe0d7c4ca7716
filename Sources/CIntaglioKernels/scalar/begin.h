/// Opens a file whose code is written in lanes: no more than the compiler's base instruction set.
#define INTAGLIO_TARGET scalar
#include "../lanes/lanes.h"

#include "../lanes/pieces.h"
