#define INTAGLIO_OWN_add_fours
/// Adds the four signed bytes of every lane.
INTAGLIO_INLINE i32x16 add_fours(i32x16 sums, i32x16 fours) {
  int8x16_t bytes[4];
  int32x4_t result[4];
  memcpy(bytes, &fours, sizeof bytes);
  memcpy(result, &sums, sizeof result);
  for (size_t i = 0; i < 4; i++) result[i] = vdotq_s32(result[i], bytes[i], vdupq_n_s8(1));
  memcpy(&sums, result, sizeof sums);
  return sums;
}
