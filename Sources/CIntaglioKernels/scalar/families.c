/// Real arithmetic has one order of operations, which lanes write down: these families have no other
/// truth. The integer ones, each in its file, are the plain loops that lanes are compared with.
#include "begin.h"

#include "../lanes/math.h"

#include "../lanes/binary.h"
#include "../lanes/normalize.h"
#include "../lanes/unary.h"
