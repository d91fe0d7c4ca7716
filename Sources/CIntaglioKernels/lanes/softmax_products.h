/// Rows whose e are products of a coarse and a fine power, (32).

static void softmax_by_products(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    uint16_t *scratch, uint8_t *out, size_t ldout) {
  power_source source = {.last = last_distance(p), .exponent = exponent_of(p)};
  load_products(&source, p->table);
  // e is at most 2¹⁵.
  const bool saturates = false;
  if (p->negative) {
    const power_form form = {.turn = -1, .table = POWERS_BY_PRODUCTS};
    softmax_of_words(rows, cols, a, lda, p, &source, form, saturates, scratch, out, ldout);
  } else {
    const power_form form = {.turn = 0, .table = POWERS_BY_PRODUCTS};
    softmax_of_words(rows, cols, a, lda, p, &source, form, saturates, scratch, out, ldout);
  }
}
