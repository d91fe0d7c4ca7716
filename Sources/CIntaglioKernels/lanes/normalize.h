/// The kernels of intaglio_normalize.h in lanes.

/// The sum of all lanes, always in the same order.
INTAGLIO_INLINE double sum_of_lanes(f64x16 v) {
  const __typeof__(v.lo) eight = v.lo + v.hi;
  const __typeof__(eight.lo) four = eight.lo + eight.hi;
  return (four.x + four.z) + (four.y + four.w);
}

/// Σ of a row.
INTAGLIO_INLINE double row_sum(size_t cols, const float *x) {
  f64x16 sum = 0.0;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    sum += __builtin_convertvector(load_f32(x + j, LANES), f64x16);
  }
  if (j < cols) sum += __builtin_convertvector(load_f32(x + j, cols - j), f64x16);
  return sum_of_lanes(sum);
}

/// Σ (x − mean)² of a row.
INTAGLIO_INLINE double row_sum_of_squares(size_t cols, const float *x, double mean) {
  f64x16 sum = 0.0;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const f64x16 d = __builtin_convertvector(load_f32(x + j, LANES), f64x16) - mean;
    sum += d * d;
  }
  double rest = 0.0;
  for (; j < cols; j++) rest += (x[j] - mean) * (x[j] - mean);
  return sum_of_lanes(sum) + rest;
}

/// One block of (x − mean) · inverse · gamma + beta, rounded once at the end.
INTAGLIO_INLINE void normalize_block(
    const float *x, const float *gamma, const float *beta, double mean, double inverse, float *out,
    size_t width) {
  const f64x16 d = __builtin_convertvector(load_f32(x, width), f64x16) - mean;
  const f64x16 g = __builtin_convertvector(load_f32(gamma, width), f64x16);
  const f64x16 b = __builtin_convertvector(load_f32(beta, width), f64x16);
  store_f32(out, __builtin_convertvector(d * inverse * g + b, f32x16), width);
}

void INTAGLIO_KERNEL(intaglio_normalize_layer_norm_f32)(
    size_t rows, size_t cols, const float *x, size_t ldx, const float *gamma, const float *beta,
    float epsilon, float *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {
    const double mean = row_sum(cols, x) / (double)cols;
    const double variance = row_sum_of_squares(cols, x, mean) / (double)cols;
    const double inverse = 1.0 / sqrt(variance + (double)epsilon);
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      normalize_block(x + j, gamma + j, beta + j, mean, inverse, out + j, LANES);
    }
    if (j < cols) normalize_block(x + j, gamma + j, beta + j, mean, inverse, out + j, cols - j);
  }
}

/// max of a row; NaN is passed over.
INTAGLIO_INLINE float row_max(size_t cols, const float *x) {
  f32x16 most = -INFINITY;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const f32x16 v = load_f32(x + j, LANES);
    most = v > most ? v : most;
  }
  float result = -INFINITY;
  for (size_t lane = 0; lane < LANES; lane++) result = most[lane] > result ? most[lane] : result;
  for (; j < cols; j++) result = x[j] > result ? x[j] : result;
  return result;
}

/// e^(x − most), where the difference keeps what its rounding loses.
INTAGLIO_INLINE f32x16 exp_of_difference(f32x16 x, f32x16 most) {
  const f32x16 d = x - most;
  const f32x16 back = d - x;
  const f32x16 rest = (x - (d - back)) - (most + back);
  return times(1.0f, power_of_e(d, rest == rest ? rest : 0.0f));
}

void INTAGLIO_KERNEL(intaglio_normalize_row_exponential_f32)(
    size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {
    const f32x16 most = row_max(cols, x);
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      store_f32(out + j, exp_of_difference(load_f32(x + j, LANES), most), LANES);
    }
    if (j < cols) {
      store_f32(out + j, exp_of_difference(load_f32(x + j, cols - j), most), cols - j);
    }
  }
}

void INTAGLIO_KERNEL(intaglio_normalize_softmax_f32)(
    size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {
    const f32x16 most = row_max(cols, x);
    f64x16 sums = 0.0;
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      const f32x16 e = exp_of_difference(load_f32(x + j, LANES), most);
      store_f32(out + j, e, LANES);
      sums += __builtin_convertvector(e, f64x16);
    }
    if (j < cols) {
      store_f32(out + j, exp_of_difference(load_f32(x + j, cols - j), most), cols - j);
      sums += __builtin_convertvector(load_f32(out + j, cols - j), f64x16);
    }
    const float sum = (float)sum_of_lanes(sums);
    for (j = 0; j + LANES <= cols; j += LANES) {
      store_f32(out + j, load_f32(out + j, LANES) / sum, LANES);
    }
    if (j < cols) store_f32(out + j, load_f32(out + j, cols - j) / sum, cols - j);
  }
}
