/// Products of lanes of 32 bits in 64, of the even and of the odd lanes; included behind those that the
/// target has made itself.

#if !defined(INTAGLIO_OWN_low_products)
/// Products of the low halves of numbers of 64 bits.
INTAGLIO_INLINE i64x8 low_products(i64x8 a, i64x8 b) { return (a << 32 >> 32) * (b << 32 >> 32); }
#endif

#if !defined(INTAGLIO_OWN_interleaved)
/// Even lanes of one and odd lanes of the other.
INTAGLIO_INLINE i32x16 interleaved(u64x8 even, i64x8 odd) {
  return (i32x16)((even & UINT32_MAX) | ((u64x8)odd & ~(uint64_t)UINT32_MAX));
}
#endif

#if !defined(INTAGLIO_OWN_products_of)
INTAGLIO_INLINE lane_products products_of(i32x16 a, i32x16 b) {
  const i64x8 odd = (i64x8)((u64x8)a >> 32), other = (i64x8)((u64x8)b >> 32);
  return (lane_products){low_products((i64x8)a, (i64x8)b), low_products(odd, other)};
}
#endif

#if !defined(INTAGLIO_OWN_shifted_products)
/// Products shifted right with their sign, in the low halves.
INTAGLIO_INLINE lane_products shifted_products(lane_products products, int32_t shift) {
  if (shift <= 32) {
    return (lane_products){
        .even = (i64x8)((u64x8)products.even >> shift),
        .odd = (i64x8)((u64x8)products.odd >> shift),
    };
  }
  const i32x16 even = (i32x16)products.even >> (shift - 32);
  const i32x16 odd = (i32x16)products.odd >> (shift - 32);
  return (lane_products){(i64x8)((u64x8)even >> 32), (i64x8)((u64x8)odd >> 32)};
}
#endif

/// Lanes of 32 bits as low halves.
INTAGLIO_INLINE lane_products low_halves_of(i32x16 a) {
  return (lane_products){(i64x8)a, (i64x8)((u64x8)a >> 32)};
}

#if !defined(INTAGLIO_OWN_products_with)
/// The low halves of numbers of 64 bits times `width` numbers in memory.
INTAGLIO_INLINE lane_products products_with(lane_products a, const int32_t *b, size_t width) {
  const i32x16 factors = load_i32(b, width);
  const i64x8 odd = (i64x8)((u64x8)factors >> 32);
  return (lane_products){low_products(a.even, (i64x8)factors), low_products(a.odd, odd)};
}
#endif

#if !defined(INTAGLIO_OWN_high_halves)
/// The high halves, in the order of the lanes.
INTAGLIO_INLINE i32x16 high_halves(lane_products products) {
  return interleaved((u64x8)products.even >> 32, products.odd);
}
#endif

#if !defined(INTAGLIO_OWN_shifted_halves)
/// The low halves of the products shifted right, the shift up to 32.
INTAGLIO_INLINE i32x16 shifted_halves(lane_products products, int32_t shift) {
  const u64x8 odd = (u64x8)products.odd << (32 - shift);
  return interleaved((u64x8)products.even >> shift, (i64x8)odd);
}
#endif
