/// Products of lanes of 32 bits in 64, with Neon, which multiplies no numbers of 64 bits.

#define INTAGLIO_OWN_low_products
/// Products of the low halves of numbers of 64 bits.
INTAGLIO_INLINE i64x8 low_products(i64x8 a, i64x8 b) {
  int64x2_t x[4], y[4];
  memcpy(x, &a, sizeof x);
  memcpy(y, &b, sizeof y);
  for (size_t i = 0; i < 4; i++) x[i] = vmull_s32(vmovn_s64(x[i]), vmovn_s64(y[i]));
  memcpy(&a, x, sizeof a);
  return a;
}
