/// Four times sixteen codes as bytes, with Neon.

#define INTAGLIO_OWN_store_codes
/// Codes limited to `lo` … `hi`, within 0 … 255 or −128 … 127, as 64 bytes.
INTAGLIO_INLINE void store_codes(uint8_t *to, const i32x16 code[4], int32_t lo, int32_t hi) {
  for (size_t i = 0; i < 4; i++) {
    int32x4_t lanes[4];
    memcpy(lanes, code + i, sizeof lanes);
    const int16x8_t low = vqmovn_high_s32(vqmovn_s32(lanes[0]), lanes[1]);
    const int16x8_t high = vqmovn_high_s32(vqmovn_s32(lanes[2]), lanes[3]);
    if (lo < 0) {
      int8x16_t bytes = vqmovn_high_s16(vqmovn_s16(low), high);
      bytes = vminq_s8(vmaxq_s8(bytes, vdupq_n_s8((int8_t)lo)), vdupq_n_s8((int8_t)hi));
      vst1q_s8((int8_t *)to + i * LANES, bytes);
    } else {
      uint8x16_t bytes = vqmovun_high_s16(vqmovun_s16(low), high);
      bytes = vminq_u8(vmaxq_u8(bytes, vdupq_n_u8((uint8_t)lo)), vdupq_n_u8((uint8_t)hi));
      vst1q_u8(to + i * LANES, bytes);
    }
  }
}
