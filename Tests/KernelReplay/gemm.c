/// Every multiplication packs B for itself, so a case is about all of its functions.
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

enum { PANEL = 64, PACKED = MOST_ARGUMENTS, AGAIN, NARROW, UNPACKED };

static const intaglio_gemm_kernel *gemm(size_t index) {
  size_t count;
  const intaglio_gemm_kernel *kernels = intaglio_gemm_kernels(&count);
  return index < count ? kernels + index : NULL;
}

bool gemm_version(size_t index, const char **name, intaglio_isa *isa) {
  const intaglio_gemm_kernel *kernel = gemm(index);
  if (kernel == NULL) return false;
  *name = kernel->name;
  *isa = kernel->isa;
  return true;
}

static size_t columns_of_panel(size_t n, size_t first) {
  return n - first < PANEL ? n - first : PANEL;
}

/// B[k × n] without gaps, from the panels of the scalar kernel; the caller frees it.
static int8_t *row_major(size_t k, size_t n, const uint8_t *packed) {
  int8_t *b = malloc(k * n + 1);
  for (size_t first = 0; first < n; first += PANEL) {
    for (size_t i = 0; i < k; i++, packed += columns_of_panel(n, first)) {
      memcpy(b + i * n + first, packed, columns_of_panel(n, first));
    }
  }
  return b;
}

static size_t differences(const uint8_t *a, const uint8_t *b, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++) count += a[i] != b[i];
  return count;
}

size_t run_gemm(size_t index, const test_case *of) {
  const intaglio_gemm_kernel *kernel = gemm(index);
  const argument *a = of->arguments;
  const size_t m = a[0].integer, n = a[1].integer, k = a[2].integer;
  int8_t *b = row_major(k, n, a[5].before);
  void *packed = guarded(PACKED, kernel->packed_size(k, n));
  kernel->pack(k, n, b, (ptrdiff_t)n, 1, packed, NULL);
  free(b);
  kernel->run(
      m, n, k, a[3].pointer, a[4].integer, packed, a[6].pointer, a[7].pointer, a[8].integer);
  return differing_bytes(of);
}

/// Whether unpacking weights of `width` bits, panel by panel, gives what packing them gives.
static size_t unpacking_differences(
    const intaglio_gemm_kernel *kernel, uint32_t width, size_t k, size_t n, const int8_t *b) {
  const int32_t most = (1 << (width - 1)) - 1;
  int8_t *narrow = malloc(k * n + 1);
  for (size_t i = 0; i < k * n; i++) {
    narrow[i] = (int8_t)(b[i] > most ? most : b[i] < -most - 1 ? -most - 1 : b[i]);
  }
  uint8_t *packed = guarded(AGAIN, kernel->packed_size(k, n));
  kernel->pack(k, n, narrow, (ptrdiff_t)n, 1, packed, NULL);
  size_t count;
  uint8_t *weights = guarded(NARROW, intaglio_weights_packed_size(width, k, n));
  intaglio_weights_list(&count)->pack(width, k, n, narrow, (ptrdiff_t)n, 1, weights, NULL);
  free(narrow);
  size_t differing = 0;
  for (size_t first = 0; first < n; first += PANEL) {
    const size_t columns = columns_of_panel(n, first);
    const size_t start = kernel->packed_size(k, first);
    const size_t size = kernel->packed_size(k, first + columns) - start;
    uint8_t *panel = guarded(UNPACKED, size);
    memset(panel, 0x5a, size);
    kernel->unpack(
        width, k, columns, weights + intaglio_weights_packed_size(width, k, first), panel);
    differing += differences(panel, packed + start, size);
  }
  return differing;
}

size_t run_gemm_pack(size_t index, const test_case *of) {
  const intaglio_gemm_kernel *kernel = gemm(index);
  const argument *a = of->arguments;
  const size_t k = a[0].integer, n = a[1].integer, size = kernel->packed_size(k, n);
  int8_t *b = row_major(k, n, a[5].after);
  // Any layout of B is packed as B without gaps is.
  uint8_t *expected = guarded(AGAIN, size), *packed = guarded(PACKED, size);
  memset(expected, 0, size);
  memset(packed, 0, size);
  kernel->pack(k, n, b, (ptrdiff_t)n, 1, expected, NULL);
  kernel->pack(
      k, n, a[2].pointer, (ptrdiff_t)a[3].integer, (ptrdiff_t)a[4].integer, packed, a[6].pointer);
  size_t differing = differences(packed, expected, size);
  // What the scalar kernel packs is no matter here.
  if (a[5].size > 0) memcpy(a[5].pointer, a[5].after, a[5].size);
  differing += differing_bytes(of);
  for (uint32_t width = 2; width <= 8; width++) {
    differing += unpacking_differences(kernel, width, k, n, b);
  }
  free(b);
  return differing;
}
