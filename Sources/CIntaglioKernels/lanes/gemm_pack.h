/// Packing of B for the kernels that take four k at a time; the including file has opened a target,
/// which defines `add_fours`.
///
/// B is cut into strips of 16 columns. A block is 4 rows of one strip, column after column: 16 × 4
/// bytes, what one row's four a are multiplied with. A panel is some strips side by side (fewer in
/// the last one); in memory: panel by panel, in each 4 rows by 4 rows, in these strip by strip.
/// What sticks out of B is 0.
///
///     k = 8, two strips in a panel:  [rows 0–3, strip 0][rows 0–3, strip 1][rows 4–7, strip 0] …

enum { STRIP = 16, GROUP = 4, BLOCK = STRIP * GROUP };

typedef uint32_t u32x4 __attribute__((ext_vector_type(4)));

INTAGLIO_INLINE size_t ceiling(size_t value, size_t divisor) {
  return (value + divisor - 1) / divisor;
}

INTAGLIO_INLINE size_t packed_size_of(size_t k, size_t n) {
  return ceiling(k, GROUP) * ceiling(n, STRIP) * BLOCK;
}

/// a₀ b₀ a₁ b₁ … of the first and of the last half of two registers.
#define INTAGLIO_ZIP_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTAGLIO_ZIP_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

typedef uint16_t u16x8 __attribute__((ext_vector_type(8)));

/// Two registers of byte pairs → 16 columns' worth of one half of a block.
INTAGLIO_INLINE void store_pairs(u16x8 upper, u16x8 lower, uint8_t *to) {
  const u16x8 low = __builtin_shufflevector(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11);
  const u16x8 high = __builtin_shufflevector(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15);
  memcpy(to, &low, sizeof low);
  memcpy(to + sizeof low, &high, sizeof high);
}

/// One block from row-major B: `rows` ≤ 4 rows of `width` ≤ 16 bytes, interleaved.
INTAGLIO_INLINE void pack_rows(
    const uint8_t *b, ptrdiff_t row_stride, size_t rows, size_t width, uint8_t *to) {
  u8x16 row[GROUP] = {0, 0, 0, 0};
  INTAGLIO_UNROLL for (size_t i = 0; i < GROUP; i++) {
    if (i < rows) row[i] = load_u8(b + (ptrdiff_t)i * row_stride, width);
  }
  store_pairs((u16x8)INTAGLIO_ZIP_LOW(row[0], row[1]), (u16x8)INTAGLIO_ZIP_LOW(row[2], row[3]), to);
  store_pairs(
      (u16x8)INTAGLIO_ZIP_HIGH(row[0], row[1]), (u16x8)INTAGLIO_ZIP_HIGH(row[2], row[3]),
      to + BLOCK / 2);
}

/// One block bytewise, any strides, any size within it.
INTAGLIO_INLINE void pack_any(
    const uint8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride, size_t rows, size_t width,
    uint8_t *to) {
  memset(to, 0, BLOCK);
  for (size_t j = 0; j < width; j++) {
    for (size_t i = 0; i < rows; i++) {
      to[j * GROUP + i] = b[(ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride];
    }
  }
}

/// Four blocks, `step` bytes apart, of B given transposed: 16 rows lie side by side, so four columns
/// at a time are a transposition of 4 × 4 words.
INTAGLIO_INLINE void pack_columns(
    const uint8_t *b, ptrdiff_t column_stride, size_t width, size_t step, uint8_t *to) {
  INTAGLIO_UNROLL for (size_t j = 0; j < STRIP; j += 4) {
    u32x4 c[4] = {0, 0, 0, 0};
    INTAGLIO_UNROLL for (size_t i = 0; i < 4; i++) {
      if (j + i < width) memcpy(&c[i], b + (ptrdiff_t)(j + i) * column_stride, 16);
    }
    const u32x4 a01 = __builtin_shufflevector(c[0], c[1], 0, 4, 1, 5);
    const u32x4 b01 = __builtin_shufflevector(c[0], c[1], 2, 6, 3, 7);
    const u32x4 a23 = __builtin_shufflevector(c[2], c[3], 0, 4, 1, 5);
    const u32x4 b23 = __builtin_shufflevector(c[2], c[3], 2, 6, 3, 7);
    const u32x4 block[4] = {
        __builtin_shufflevector(a01, a23, 0, 1, 4, 5),
        __builtin_shufflevector(a01, a23, 2, 3, 6, 7),
        __builtin_shufflevector(b01, b23, 0, 1, 4, 5),
        __builtin_shufflevector(b01, b23, 2, 3, 6, 7),
    };
    for (size_t g = 0; g < 4; g++) memcpy(to + g * step + j * GROUP, &block[g], 16);
  }
}

/// One strip, its blocks `step` bytes apart.
INTAGLIO_INLINE void pack_strip(
    size_t k, const uint8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride, size_t width,
    size_t step, uint8_t *to) {
  size_t i = 0;
  if (row_stride == 1 && width == STRIP) {
    for (; i + 16 <= k; i += 16, to += 4 * step) {
      pack_columns(b + i, column_stride, STRIP, step, to);
    }
  } else if (row_stride == 1) {
    for (; i + 16 <= k; i += 16, to += 4 * step) {
      pack_columns(b + i, column_stride, width, step, to);
    }
  }
  if (column_stride == 1 && width == STRIP) {
    for (; i + GROUP <= k; i += GROUP, to += step) {
      pack_rows(b + (ptrdiff_t)i * row_stride, row_stride, GROUP, STRIP, to);
    }
  }
  for (; i < k; i += GROUP, to += step) {
    const size_t rows = k - i < GROUP ? k - i : GROUP;
    const uint8_t *from = b + (ptrdiff_t)i * row_stride;
    if (column_stride == 1) {
      pack_rows(from, row_stride, rows, width, to);
    } else {
      pack_any(from, row_stride, column_stride, rows, width, to);
    }
  }
}

/// Σ over k of one packed strip.
INTAGLIO_INLINE i32x16 strip_sums(size_t k, size_t step, const uint8_t *packed) {
  // Four sums, because an addition takes a while.
  i32x16 sums[4] = {0, 0, 0, 0}, fours;
  size_t left = ceiling(k, GROUP);
  for (; left >= 4; left -= 4) {
    INTAGLIO_UNROLL for (size_t g = 0; g < 4; g++, packed += step) {
      memcpy(&fours, packed, sizeof fours);
      sums[g] = add_fours(sums[g], fours);
    }
  }
  for (; left > 0; left--, packed += step) {
    memcpy(&fours, packed, sizeof fours);
    sums[0] = add_fours(sums[0], fours);
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// All of B, `strips` strips in a panel.
INTAGLIO_INLINE void pack_panels(
    size_t strips, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,
    ptrdiff_t column_stride, void *packed, int32_t *column_sums) {
  uint8_t *panel = packed;
  for (size_t first = 0; first < n; first += strips * STRIP) {
    const size_t columns = n - first < strips * STRIP ? n - first : strips * STRIP;
    const size_t step = ceiling(columns, STRIP) * BLOCK;
    for (size_t j = 0; j < columns; j += STRIP) {
      const size_t width = columns - j < STRIP ? columns - j : STRIP;
      const uint8_t *from = (const uint8_t *)b + (ptrdiff_t)(first + j) * column_stride;
      uint8_t *to = panel + j * GROUP;
      pack_strip(k, from, row_stride, column_stride, width, step, to);
      if (column_sums != NULL) {
        store_i32(column_sums + first + j, strip_sums(k, step, to), width);
      }
    }
    panel += ceiling(k, GROUP) * step;
  }
}

/// The four a from `a` on, of which `count` are inside the row.
INTAGLIO_INLINE uint32_t four_of(const uint8_t *a, size_t count) {
  uint32_t four = 0;
  if (count >= GROUP) {
    memcpy(&four, a, GROUP);
  } else {
    for (size_t i = 0; i < count; i++) four |= (uint32_t)a[i] << (8 * i);
  }
  return four;
}
