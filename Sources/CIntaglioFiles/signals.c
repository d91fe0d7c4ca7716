#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "intaglio_files.h"

enum { TEMPORARIES = 64, MAPPINGS = 512, TITLE = 512 };

// The life of an entry: free → (filled by its owner) busy → listed → free, or listed → busy for good
// where a handler takes it.
enum { FREE, BUSY, LISTED };

static struct {
  atomic_int state;
  char path[PATH_MAX];
} temporaries[TEMPORARIES];

static struct {
  atomic_int state;
  const char *base;
  size_t count;
  char path[TITLE];
} mappings[MAPPINGS];

static bool exchange(atomic_int *state, int before, int after) {
  return atomic_compare_exchange_strong(state, &before, after);
}

int32_t intaglio_temporary_begin(const char *path) {
  if (strlen(path) >= PATH_MAX) return -1;
  for (int32_t entry = 0; entry < TEMPORARIES; ++entry) {
    if (!exchange(&temporaries[entry].state, FREE, BUSY)) continue;
    strcpy(temporaries[entry].path, path);
    atomic_store(&temporaries[entry].state, LISTED);
    return entry;
  }
  return -1;
}

void intaglio_temporary_end(int32_t entry) {
  if (entry >= 0) exchange(&temporaries[entry].state, LISTED, FREE);
}

int32_t intaglio_mapping_begin(const void *base, size_t count, const char *path) {
  for (int32_t entry = 0; entry < MAPPINGS; ++entry) {
    if (!exchange(&mappings[entry].state, FREE, BUSY)) continue;
    mappings[entry].base = base;
    mappings[entry].count = count;
    strncpy(mappings[entry].path, path, TITLE - 1);
    mappings[entry].path[TITLE - 1] = 0;
    atomic_store(&mappings[entry].state, LISTED);
    return entry;
  }
  return -1;
}

void intaglio_mapping_end(int32_t entry) {
  if (entry >= 0) exchange(&mappings[entry].state, LISTED, FREE);
}

// What follows runs in handlers: system calls and memory of its own only.

static void remove_temporaries(void) {
  for (int entry = 0; entry < TEMPORARIES; ++entry) {
    if (exchange(&temporaries[entry].state, LISTED, BUSY)) unlink(temporaries[entry].path);
  }
}

// SA_RESETHAND has put the default action in place; the signal waits until this returns.
static void end_by(int signal) {
  int error = errno;
  remove_temporaries();
  raise(signal);
  errno = error;
}

static struct sigaction bus_action_before;

static void say(const char *text) {
  size_t count = strlen(text);
  while (count > 0) {
    ssize_t written = write(STDERR_FILENO, text, count);
    if (written <= 0) return;
    text += written;
    count -= (size_t)written;
  }
}

static void end_by_mapping(int signal, siginfo_t *info, void *context) {
  (void)context;
  static atomic_flag spoken = ATOMIC_FLAG_INIT;
  const char *address = info->si_addr;
  for (int entry = 0; entry < MAPPINGS; ++entry) {
    if (atomic_load(&mappings[entry].state) != LISTED) continue;
    const char *base = mappings[entry].base;
    if (address < base || address >= base + mappings[entry].count) continue;
    // Another thread is about to end the process.
    while (atomic_flag_test_and_set(&spoken)) pause();
    remove_temporaries();
    char *path = mappings[entry].path;
    for (char *c = path; *c; ++c) {
      if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    }
    say("Error: ");
    say(path);
    say(": cannot be read on: another process shortened the file while it was in use, or its disk "
        "fails; write the file again and repeat the command\n");
    _exit(1);
  }
  // No file of ours: the fault happens again and is answered as it would have been.
  sigaction(signal, &bus_action_before, NULL);
  // One that somebody sent does not happen again by itself.
  if (info->si_code <= 0) raise(signal);
}

static void handle(int signal) {
  struct sigaction before;
  if (sigaction(signal, NULL, &before) != 0 || before.sa_handler == SIG_IGN) return;
  struct sigaction action = {.sa_handler = end_by, .sa_flags = SA_RESETHAND};
  sigfillset(&action.sa_mask);
  sigaction(signal, &action, NULL);
  // A process inherits what the thread that started it had blocked.
  sigset_t alone;
  sigemptyset(&alone);
  sigaddset(&alone, signal);
  sigprocmask(SIG_UNBLOCK, &alone, NULL);
}

void intaglio_handle_signals(void) {
  handle(SIGHUP);
  handle(SIGINT);
  handle(SIGQUIT);
  handle(SIGTERM);
  handle(SIGPIPE);
  handle(SIGXCPU);
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGXFSZ, &ignore, NULL);
  struct sigaction action = {.sa_sigaction = end_by_mapping, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, &bus_action_before);
}
