/// Repeats recorded cases of the self-test on every kernel that this machine can run, and counts the
/// bytes that differ from what the scalar kernels of another machine answered.
///
///     replay CASES [INSTRUCTION SET …]
///
/// Fails where bytes differ, and where the machine has other instruction sets than those named.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels.h"

/// What was found of one version of a kernel.
typedef struct tally {
  const kernel *kernel;
  const char *version;
  size_t cases, differing;
} tally;

static tally tallies[1024];
static size_t tally_count;

static tally *tally_of(const kernel *kernel, const char *version) {
  for (size_t i = 0; i < tally_count; i++) {
    if (tallies[i].kernel == kernel && tallies[i].version == version) return &tallies[i];
  }
  tallies[tally_count] = (tally){.kernel = kernel, .version = version};
  return &tallies[tally_count++];
}

static const char *volatile running = "nothing";

/// Says which kernel has left its operands.
static void end_of_operand(int signal) {
  const char words[] = "replay: outside its operands: ";
  const bool written = write(STDERR_FILENO, words, sizeof words - 1) > 0
                       && write(STDERR_FILENO, running, strlen(running)) > 0
                       && write(STDERR_FILENO, "\n", 1) > 0;
  _exit(written ? 128 + signal : 255);
}

/// Every version that this machine can run, on operands of its own.
static void replay(test_case *of) {
  const kernel *kernel = kernel_named(of->kernel);
  if (kernel == NULL) {
    fprintf(stderr, "replay: no kernel is called %s\n", of->kernel);
    exit(2);
  }
  const char *version;
  intaglio_isa isa;
  for (size_t index = 0; kernel->version(index, &version, &isa); index++) {
    if (!intaglio_isa_supported(isa)) continue;
    place_operands(of);
    tally *tally = tally_of(kernel, version);
    tally->cases++;
    running = version;
    tally->differing += kernel->run(index, of) + !guards_are_intact();
  }
}

/// Whether the machine has exactly the instruction sets named.
static bool has_exactly(int count, char **names) {
  size_t listed;
  const intaglio_isa_entry *entries = intaglio_isa_list(&listed);
  bool same = true;
  printf("instruction sets:");
  for (size_t i = 0; i < listed; i++) {
    bool named = count == 0;
    for (int j = 0; j < count; j++) named |= strcmp(names[j], entries[i].name) == 0;
    const bool supported = intaglio_isa_supported(entries[i].isa);
    if (supported) printf(" %s", entries[i].name);
    if (count > 0) same &= named == supported;
  }
  printf("\n");
  return same;
}

/// Whether every peak kernel counts what it does; rounds do the same number each.
static bool peaks_count(void) {
  size_t count;
  const intaglio_peak_kernel *peaks = intaglio_peak_list(&count);
  bool right = true;
  for (size_t i = 0; i < count; i++) {
    if (!intaglio_isa_supported(peaks[i].isa)) continue;
    const uint32_t round = peaks[i].run(1);
    const bool counts = round > 0 && peaks[i].run(0) == 0 && peaks[i].run(1003) == 1003 * round;
    printf("%-36s %u a round%s\n", peaks[i].name, round, counts ? "" : ", but not always");
    right &= counts;
  }
  return right;
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: replay CASES [INSTRUCTION SET ...]\n");
    return 2;
  }
  const bool is_expected = has_exactly(count - 2, arguments + 2);
  signal(SIGSEGV, end_of_operand);
  uint32_t cases;
  reader from = open_cases(arguments[1], &cases);
  for (uint32_t i = 0; i < cases; i++) {
    test_case next = next_case(&from);
    replay(&next);
  }
  size_t runs = 0, differing = 0;
  for (size_t i = 0; i < tally_count; i++) {
    const char *isa = strstr(tallies[i].version, "__");
    printf(
        "%-36s %-12s %6zu cases, %zu bytes differ\n", tallies[i].kernel->name,
        isa == NULL ? "" : isa + 2, tallies[i].cases, tallies[i].differing);
    runs += tallies[i].cases;
    differing += tallies[i].differing;
  }
  const bool peaks_are_right = peaks_count();
  printf("%u cases, %zu runs, %zu bytes differ\n", cases, runs, differing);
  if (!is_expected) fprintf(stderr, "replay: not the instruction sets that were named\n");
  return differing == 0 && is_expected && peaks_are_right ? 0 : 1;
}
