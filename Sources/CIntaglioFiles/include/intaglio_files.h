#ifndef INTAGLIO_FILES_H
#define INTAGLIO_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a process has to know of its files when a signal comes. A handler may call few functions and
// may allocate nothing, so both lists are static memory of a fixed size whose entries change hands by
// atomic exchanges. Whoever finds no free entry goes without: the file is then found at the next
// write, the message then names no file.

#pragma clang assume_nonnull begin

/// Lists a temporary file. Returns its entry, or −1 where there is no room.
int32_t intaglio_temporary_begin(const char *path);

/// Takes an entry off the list; harmless for −1.
void intaglio_temporary_end(int32_t entry);

/// Lists a mapped file, so that a bus error in it is told by its name. Returns its entry, or −1.
int32_t intaglio_mapping_begin(const void *base, size_t count, const char *path);

/// Takes an entry off the list; harmless for −1.
void intaglio_mapping_end(int32_t entry);

/// Installs the handlers, for a process whose signals are its own:
/// those that end it remove the listed temporary files first, a bus error in a mapped file becomes a
/// message and the exit code 1, and writing beyond a limit of the file size becomes an error of the
/// call. A signal that is ignored stays ignored; one that was blocked when the process began does not
/// stay blocked. To be called before there are threads.
void intaglio_handle_signals(void);

/// Exchanges what two paths of one file system name, in one step. Returns 0, or −1 with `errno`,
/// ENOSYS or EINVAL where the system cannot.
int intaglio_exchange(const char *first, const char *second);

/// Whether the folder of an open descriptor belongs to the kernel's list of processes, whose links
/// name open streams and not files.
bool intaglio_is_process_folder(int descriptor);

/// The file of the executable or the shared library that this code was linked into, as the loader has
/// it; null where it does not say.
const char *_Nullable intaglio_own_binary(void);

#pragma clang assume_nonnull end

#endif
