#include "begin.h"

#include "../lanes/binary.h"
