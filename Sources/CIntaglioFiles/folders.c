#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

#include "intaglio_files.h"

#if defined(__linux__)
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#elif defined(__APPLE__)
#include <sys/stdio.h>
#endif

int intaglio_exchange(const char *first, const char *second) {
#if defined(__linux__)
  return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
#elif defined(__APPLE__)
  return renamex_np(first, second, RENAME_SWAP);
#else
  errno = ENOSYS;
  return -1;
#endif
}

bool intaglio_is_process_folder(int descriptor) {
#if defined(__linux__)
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
#else
  (void)descriptor;
  return false;
#endif
}

const char *intaglio_own_binary(void) {
  static const char here;
  Dl_info info;
  return dladdr(&here, &info) != 0 ? info.dli_fname : NULL;
}
