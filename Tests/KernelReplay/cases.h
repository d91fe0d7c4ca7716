/// Cases of the self-test and their operands in memory; CaseRecorder.swift says how the file is built.
#ifndef CASES_H
#define CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_ARGUMENTS = 20 };

/// What stands in a case about the bytes of an operand after the call.
typedef enum outcome { UNCHANGED = '=', CHANGED = '!', ANYTHING = '~' } outcome;

/// One argument of a call.
typedef struct argument {
  /// "i", "f", "0", or for an operand "p" and, where it has floats, "r".
  char kind;
  uint64_t integer;
  float real;
  size_t size;
  const uint8_t *before, *after;
  outcome outcome;
  /// The operand, once `place_operands` has made it.
  void *pointer;
} argument;

typedef struct test_case {
  char kernel[256];
  size_t count;
  argument arguments[MOST_ARGUMENTS];
} test_case;

/// The bytes of a file, read from the front.
typedef struct reader {
  const uint8_t *at, *end;
} reader;

/// Opens a file of cases; ends the process where it is none.
reader open_cases(const char *path, uint32_t *count);

/// The next case.
test_case next_case(reader *from);

/// Memory for `size` bytes, with a pattern in front and an inaccessible page behind. The memory of a
/// place is valid until the next call for it.
void *guarded(size_t place, size_t size);

/// Whether the pattern is still in front of all memory.
bool guards_are_intact(void);

/// Places every operand of a case in guarded memory, as it was before the call.
void place_operands(test_case *of);

/// How many bytes of the operands are not what the case says; any NaN counts as any other.
size_t differing_bytes(const test_case *of);

#endif
