#ifndef INTAGLIO_LIBFUZZER_H
#define INTAGLIO_LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The two functions of libFuzzer that a program with a main of its own calls.

/// Fuzzes with `callback` as the arguments say; returns when they are done with.
int LLVMFuzzerRunDriver(
    int *count, char *_Nullable *_Nonnull *_Nonnull arguments,
    int (*callback)(const uint8_t *_Nullable bytes, size_t count));

/// Changes the bytes as libFuzzer itself does; returns how many there are now, at most `limit`.
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t limit);

#pragma clang assume_nonnull end

#endif
