#include "begin.h"

#include "../lanes/math.h"

#include "../lanes/unary.h"
