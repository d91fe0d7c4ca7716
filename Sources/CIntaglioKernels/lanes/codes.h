#if !defined(INTAGLIO_OWN_store_codes)
/// Four times sixteen codes limited to `lo` … `hi`, within 0 … 255 or −128 … 127, as 64 bytes.
INTAGLIO_INLINE void store_codes(uint8_t *to, const i32x16 code[4], int32_t lo, int32_t hi) {
  for (size_t i = 0; i < 4; i++) {
    const i32x16 limited = code[i] < lo ? lo : code[i] > hi ? hi : code[i];
    store_u8(to + i * LANES, __builtin_convertvector(limited, u8x16), LANES);
  }
}
#endif
