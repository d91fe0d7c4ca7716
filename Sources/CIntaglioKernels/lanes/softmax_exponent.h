/// u of (32) in words.
#ifndef INTAGLIO_SOFTMAX_EXPONENT_H
#define INTAGLIO_SOFTMAX_EXPONENT_H

/// x = (D + half) >> dropped of a capped D, u = (x · multiplier + 2^(shift − 1)) >> shift.
typedef struct product_exponent {
  int32_t half;
  int32_t dropped, shift;
  uint16_t multiplier;
} product_exponent;

static inline product_exponent exponent_of(const intaglio_softmax *p) {
  return (product_exponent){
      .half = p->dropped == 0 ? 0 : INT32_C(1) << (p->dropped - 1),
      .dropped = p->dropped,
      .shift = p->shift,
      .multiplier = (uint16_t)p->multiplier,
  };
}

/// The D from which on all count as one.
static inline uint32_t last_distance(const intaglio_softmax *p) { return p->cap << p->dropped; }

INTAGLIO_INLINE i32x16 reduced(const product_exponent *exponent, i32x16 distance) {
  return (i32x16)((u32x16)(distance + exponent->half) >> (uint32_t)exponent->dropped);
}

/// u of 32 capped distances.
INTAGLIO_INLINE u16x32 exponents_of(const product_exponent *exponent, i32x16 low, i32x16 high) {
  const u16x32 x = words_of(reduced(exponent, low), reduced(exponent, high));
  const u16x32 factor = exponent->multiplier;
  // The high half shifted left, and the low half shifted right and rounded.
  const u16x32 above = shifted_left(high_products(x, factor), 16 - exponent->shift);
  return above + halved_words(shifted_words(x * factor, exponent->shift - 1));
}

#endif
