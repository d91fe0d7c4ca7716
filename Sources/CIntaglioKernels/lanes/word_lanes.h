/// Thirty-two unsigned words of 16 bits at a time: twice as many numbers per instruction as lanes
/// of 32, where numbers are small.
#ifndef INTAGLIO_WORD_LANES_H
#define INTAGLIO_WORD_LANES_H

#include "lanes.h"

enum { WORDS = 32 };

typedef uint16_t u16x32 __attribute__((ext_vector_type(32)));
typedef uint8_t u8x32 __attribute__((ext_vector_type(32)));

#endif
