#include "begin.h"

#include "../lanes/math.h"

#include "../lanes/normalize.h"
