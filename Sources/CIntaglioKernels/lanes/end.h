/// Closes what begin.h opened.
#pragma clang attribute pop
