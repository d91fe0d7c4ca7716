#include "begin.h"

#include "../lanes/weights.h"
