/// The 64 tables of the lookups, written out by the preprocessor: row c, entry i is
/// `ENTRY(c, i)`, which the including file has defined.

// clang-format off
#define INTAGLIO_EIGHT_ENTRIES(c, i)                                                          \
  ENTRY(c, i), ENTRY(c, (i) + 1), ENTRY(c, (i) + 2), ENTRY(c, (i) + 3), ENTRY(c, (i) + 4),    \
      ENTRY(c, (i) + 5), ENTRY(c, (i) + 6), ENTRY(c, (i) + 7)
#define INTAGLIO_TABLE(c)                                                                     \
  {                                                                                           \
    INTAGLIO_EIGHT_ENTRIES(c, 0), INTAGLIO_EIGHT_ENTRIES(c, 8), INTAGLIO_EIGHT_ENTRIES(c, 16), \
        INTAGLIO_EIGHT_ENTRIES(c, 24), INTAGLIO_EIGHT_ENTRIES(c, 32),                         \
        INTAGLIO_EIGHT_ENTRIES(c, 40), INTAGLIO_EIGHT_ENTRIES(c, 48),                         \
        INTAGLIO_EIGHT_ENTRIES(c, 56)                                                         \
  }
#define INTAGLIO_EIGHT_TABLES(c)                                                              \
  INTAGLIO_TABLE(c), INTAGLIO_TABLE((c) + 1), INTAGLIO_TABLE((c) + 2), INTAGLIO_TABLE((c) + 3), \
      INTAGLIO_TABLE((c) + 4), INTAGLIO_TABLE((c) + 5), INTAGLIO_TABLE((c) + 6),              \
      INTAGLIO_TABLE((c) + 7)
// clang-format on

static const uint8_t tables[64][64] __attribute__((aligned(64))) = {
    INTAGLIO_EIGHT_TABLES(0),  INTAGLIO_EIGHT_TABLES(8),  INTAGLIO_EIGHT_TABLES(16),
    INTAGLIO_EIGHT_TABLES(24), INTAGLIO_EIGHT_TABLES(32), INTAGLIO_EIGHT_TABLES(40),
    INTAGLIO_EIGHT_TABLES(48), INTAGLIO_EIGHT_TABLES(56)};
