#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

static _Noreturn void fail(const char *reason) {
  fprintf(stderr, "replay: %s\n", reason);
  exit(2);
}

static const uint8_t *take(reader *from, size_t size) {
  if ((size_t)(from->end - from->at) < size) fail("the file of cases ends early");
  const uint8_t *bytes = from->at;
  from->at += size;
  return bytes;
}

#define INTAGLIO_TAKE(type)                                 \
  static type take_##type(reader *from) {                   \
    type value;                                             \
    memcpy(&value, take(from, sizeof value), sizeof value); \
    return value;                                           \
  }
INTAGLIO_TAKE(uint8_t)
INTAGLIO_TAKE(uint32_t)
INTAGLIO_TAKE(uint64_t)
INTAGLIO_TAKE(float)

reader open_cases(const char *path, uint32_t *count) {
  struct stat status;
  const int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0) fail("no file of cases");
  const size_t size = (size_t)status.st_size;
  const uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) fail("the file of cases cannot be mapped");
  reader from = {bytes, bytes + size};
  if (memcmp(take(&from, 8), "INTAGLIO", 8) != 0) fail("not a file of cases");
  if (take_uint32_t(&from) != 1) fail("cases of another version");
  *count = take_uint32_t(&from);
  return from;
}

static argument next_argument(reader *from) {
  argument result = {.kind = (char)take_uint8_t(from)};
  switch (result.kind) {
    case 'i':
      result.integer = take_uint64_t(from);
      break;
    case 'f':
      result.real = take_float(from);
      break;
    case '0':
      break;
    case 'p':
    case 'r':
      result.size = take_uint32_t(from);
      result.before = take(from, result.size);
      result.outcome = (outcome)take_uint8_t(from);
      result.after = result.outcome == CHANGED ? take(from, result.size) : result.before;
      break;
    default:
      fail("an argument of unknown kind");
  }
  return result;
}

test_case next_case(reader *from) {
  const uint32_t size = take_uint32_t(from);
  const uint8_t *record = take(from, size);
  reader inside = {record, record + size};
  test_case result = {0};
  const uint8_t length = take_uint8_t(&inside);
  memcpy(result.kernel, take(&inside, length), length);
  result.count = take_uint8_t(&inside);
  if (result.count > MOST_ARGUMENTS) fail("a case with too many arguments");
  for (size_t i = 0; i < result.count; i++) result.arguments[i] = next_argument(&inside);
  if (inside.at != inside.end) fail("a case with something behind its arguments");
  return result;
}

enum { PLACES = MOST_ARGUMENTS + 4, PATTERN_BYTES = 72, PATTERN = 0xa5 };

/// Pages before an inaccessible one.
static struct {
  uint8_t *pages;
  size_t size;
  uint8_t *operand;
} places[PLACES];

void *guarded(size_t place, size_t size) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t needed = (size + PATTERN_BYTES + page - 1) / page * page;
  if (places[place].size < needed) {
    if (places[place].pages != NULL) munmap(places[place].pages, places[place].size + page);
    uint8_t *pages = mmap(
        NULL, needed + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + needed, page, PROT_NONE) != 0) fail("no memory");
    places[place].pages = pages;
    places[place].size = needed;
  }
  uint8_t *operand = places[place].pages + places[place].size - size;
  memset(operand - PATTERN_BYTES, PATTERN, PATTERN_BYTES);
  places[place].operand = operand;
  return operand;
}

bool guards_are_intact(void) {
  for (size_t place = 0; place < PLACES; place++) {
    const uint8_t *operand = places[place].operand;
    for (size_t i = 1; operand != NULL && i <= PATTERN_BYTES; i++) {
      if (operand[-(ptrdiff_t)i] != PATTERN) return false;
    }
  }
  return true;
}

void place_operands(test_case *of) {
  for (size_t i = 0; i < of->count; i++) {
    argument *operand = &of->arguments[i];
    if (operand->before == NULL) continue;
    operand->pointer = guarded(i, operand->size);
    memcpy(operand->pointer, operand->before, operand->size);
  }
}

static bool are_nan(const uint8_t *a, const uint8_t *b) {
  float x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return x != x && y != y;
}

size_t differing_bytes(const test_case *of) {
  size_t count = 0;
  for (size_t i = 0; i < of->count; i++) {
    const argument *operand = &of->arguments[i];
    if (operand->before == NULL || operand->outcome == ANYTHING) continue;
    const uint8_t *found = operand->pointer, *expected = operand->after;
    if (memcmp(found, expected, operand->size) == 0) continue;
    for (size_t at = 0; at < operand->size; at++) {
      if (found[at] == expected[at]) continue;
      const size_t start = at / sizeof(float) * sizeof(float);
      count += operand->kind != 'r' || !are_nan(found + start, expected + start);
    }
  }
  return count;
}
