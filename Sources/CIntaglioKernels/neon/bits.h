#define INTAGLIO_OWN_bytes_of_bits
/// 64 bits as bytes of 0 or 1.
INTAGLIO_INLINE u8x64 bytes_of_bits(const uint8_t *bits) {
  const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
  const uint8x16_t of_eight = vcombine_u8(vdup_n_u8(0), vdup_n_u8(1));
  const uint8x16_t all = vcombine_u8(vld1_u8(bits), vdup_n_u8(0));
  uint8x16_t bytes[4];
  for (size_t i = 0; i < 4; i++) {
    const uint8x16_t repeated = vqtbl1q_u8(all, vaddq_u8(of_eight, vdupq_n_u8((uint8_t)(2 * i))));
    bytes[i] = vandq_u8(vtstq_u8(repeated, bit), vdupq_n_u8(1));
  }
  u8x64 value;
  memcpy(&value, bytes, sizeof value);
  return value;
}
