/// A function that generated programs call; only those that are called are written.
enum CHelper: Int, CaseIterable, Comparable {
  case floorShift, roundShift, clamp, place, unpack
  case productBytes, productCodes, weightsBytes, weightsCodes
  case line
  case power, probability
  case carry, product, norm

  static func < (a: CHelper, b: CHelper) -> Bool { a.rawValue < b.rawValue }

  /// Those that it calls.
  var needs: [CHelper] {
    switch self {
    case .roundShift, .carry: [.floorShift]
    case .line: [.floorShift, .clamp]
    case .weightsBytes, .weightsCodes: [.unpack]
    case .power: [.roundShift]
    case .probability: [.clamp]
    case .product: []
    case .norm: [.carry, .product, .floorShift, .clamp]
    case .floorShift, .clamp, .place, .unpack, .productBytes, .productCodes: []
    }
  }

  var text: String {
    switch self {
    case .floorShift:
      """
      /* v / 2^n rounded down: C leaves the shift of negative numbers to the compiler. */
      static int64_t floor_shift(int64_t v, int32_t n) { return v >= 0 ? v >> n : ~(~v >> n); }
      """
    case .roundShift:
      """
      /* v / 2^n rounded half to even. */
      static int64_t round_shift(int64_t v, int32_t n)
      {
        if (n == 0) return v;
        return floor_shift(v + (((int64_t)1 << (n - 1)) - 1) + (floor_shift(v, n) & 1), n);
      }
      """
    case .clamp:
      """
      static int64_t clamp(int64_t v, int64_t low, int64_t high)
      {
        return v < low ? low : v > high ? high : v;
      }
      """
    case .place:
      """
      /* How many of `count` ascending thresholds are at most x. */
      static int32_t place(const int32_t *thresholds, int32_t count, int64_t x)
      {
        int32_t low = 0, high = count;
        while (low < high) {
          int32_t middle = (low + high) / 2;
          if (thresholds[middle] <= x) low = middle + 1; else high = middle;
        }
        return low;
      }
      """
    case .unpack:
      """
      /* `count` codes of `bits` bits from the code `first` on. */
      static void unpack(const uint32_t *words, uint32_t first, int32_t count, uint32_t bits, int32_t is_signed,
                         int16_t *codes)
      {
        uint32_t mask = ((uint32_t)1 << bits) - 1, sign = is_signed ? (uint32_t)1 << (bits - 1) : 0;
        uint32_t bit = first * bits;
        for (int32_t i = 0; i < count; i++, bit += bits) {
          uint32_t shift = bit & 31, code = words[bit >> 5] >> shift;
          if (shift + bits > 32) code |= words[(bit >> 5) + 1] << (32 - shift);
          code &= mask;
          codes[i] = (int16_t)((int32_t)(code ^ sign) - (int32_t)sign);
        }
      }
      """
    case .productBytes: Self.product("product_u8", "uint8_t")
    case .productCodes: Self.product("product_i8", "int8_t")
    case .weightsBytes: Self.weights("weights_u8", "uint8_t")
    case .weightsCodes: Self.weights("weights_i8", "int8_t")
    case .line:
      """
      /* round(M a / b + B) + z by a guess that is the code or one below it, and one comparison of long numbers. */
      typedef struct {
        int64_t multiplier, offset;
        int32_t shift, zero;
        int32_t slope[LINE_LIMBS], constant[LINE_LIMBS], step[LINE_LIMBS];
      } line;

      static int64_t line_code(const line *l, int64_t a, int64_t b, int64_t low, int64_t high)
      {
        int64_t above = l->multiplier * a + l->offset * b, below = b * ((int64_t)1 << l->shift);
        int64_t guess = clamp(above / below - (above % below < 0), low, high - 1), next = guess + 1;
        int64_t sum = -((next - l->zero) & 1);
        for (int32_t i = 0; i < LINE_LIMBS; i++) {
          if (i > 0) sum = floor_shift(sum, 20);
          sum += l->slope[i] * a + (l->constant[i] - l->step[i] * next) * b;
        }
        return guess + (sum >= 0);
      }
      """
    case .power: Self.powerText
    case .probability:
      """
      /* round(q e / (p s) + inside) + outside, half to even. */
      static int64_t probability(int64_t e, int64_t sum, const exponential *p)
      {
        int64_t twice = 2 * p->numerator * sum, above = 2 * p->denominator * e + p->numerator * sum;
        int64_t code = above / twice;
        if (above % twice == 0 && ((code + p->inside) & 1)) code--;
        return code + p->inside + p->outside;
      }
      """
    case .carry:
      """
      /* Limbs of 28 bits of the same number, which is not negative. */
      static void carry(int64_t *x, int32_t count)
      {
        for (int32_t i = 0; i + 1 < count; i++) {
          int64_t above = floor_shift(x[i], 28);
          x[i] -= above * 268435456;
          x[i + 1] += above;
        }
      }
      """
    case .product:
      """
      /* sum += factor * a * b, the columns of the product of long numbers. */
      static void add_product(int64_t *sum, const int64_t *a, int32_t n, const int64_t *b, int32_t m, int64_t factor)
      {
        for (int32_t i = 0; i < n; i++) {
          for (int32_t j = 0; j < m; j++) sum[i + j] += factor * a[i] * b[j];
        }
      }
      """
    case .norm: Self.normText
    }
  }

  private static func product(_ name: String, _ type: String) -> String {
    """
    /* c[rows][columns] = a[rows][depth] * b[depth][columns]. */
    static void \(name)(const \(type) *a, const void *b, int32_t is_signed, int32_t *c, int32_t rows, int32_t depth,
                           int32_t columns)
    {
      for (int32_t i = 0; i < rows; i++) {
        int32_t *row = c + i * columns;
        for (int32_t j = 0; j < columns; j++) row[j] = 0;
        for (int32_t k = 0; k < depth; k++) {
          int32_t x = a[i * depth + k];
          if (is_signed) {
            const int8_t *y = (const int8_t *)b + k * columns;
            for (int32_t j = 0; j < columns; j++) row[j] += x * y[j];
          } else {
            const uint8_t *y = (const uint8_t *)b + k * columns;
            for (int32_t j = 0; j < columns; j++) row[j] += x * y[j];
          }
        }
      }
    }
    """
  }

  private static func weights(_ name: String, _ type: String) -> String {
    """
    /* The same for weights that are packed; WEIGHT_ROWS of their rows are unpacked at a time. */
    static void \(name)(const \(type) *a, const uint32_t *b, uint32_t bits, int32_t is_signed, int32_t *c,
                           int32_t rows, int32_t depth, int32_t columns)
    {
      static int16_t unpacked[WEIGHT_ROWS * WEIGHT_COLUMNS];
      for (int32_t i = 0; i < rows * columns; i++) c[i] = 0;
      for (int32_t first = 0; first < depth; first += WEIGHT_ROWS) {
        int32_t count = depth - first < WEIGHT_ROWS ? depth - first : WEIGHT_ROWS;
        unpack(b, (uint32_t)(first * columns), count * columns, bits, is_signed, unpacked);
        for (int32_t i = 0; i < rows; i++) {
          int32_t *row = c + i * columns;
          for (int32_t k = 0; k < count; k++) {
            int32_t x = a[i * depth + first + k];
            const int16_t *y = unpacked + k * columns;
            for (int32_t j = 0; j < columns; j++) row[j] += x * y[j];
          }
        }
      }
    }
    """
  }

  private static let powerText = """
    /* A power of two by a difference, and the scale of the probabilities. */
    typedef struct {
      int64_t cap, multiplier, numerator, denominator;
      int32_t dropped, shift, inside, outside;
    } exponential;

    /* kind 0: one table of 2^bits fractions, 1: a table of 64 coarse and one of 32 fine fractions, 2: I-ViT's
       line between powers of two. */
    static int64_t power(int64_t d, const exponential *p, int32_t kind, const uint32_t *table, int32_t bits)
    {
      if (kind == 2) {
        int64_t far = d + (d + 1) / 2 - (d + 15) / 16;
        if (far > 15 * p->multiplier) far = 15 * p->multiplier;
        int64_t whole = far / p->multiplier, rest = whole * p->multiplier - far + 2 * p->multiplier;
        return rest * ((int64_t)1 << (15 - whole)) / 2;
      }
      if (p->dropped > 0) d = (d + ((int64_t)1 << (p->dropped - 1))) >> p->dropped;
      if (d > p->cap) d = p->cap;
      if (kind == 1) {
        int64_t u = (d * p->multiplier + ((int64_t)1 << (p->shift - 1))) >> p->shift;
        int64_t coarse = table[(u >> 5) & 63], fine = table[64 + (u & 31)];
        return (((coarse - ((coarse * fine) >> 16)) >> (u >> 11)) + 1) >> 1;
      }
      int64_t u = round_shift(d * p->multiplier, p->shift);
      return (int64_t)table[u & (((int64_t)1 << bits) - 1)] >> (u >> bits);
    }
    """

  private static let normText = """
    /* A norm by comparison of squares. */
    typedef struct {
      int64_t multiplier, offset, turn;
      int32_t zero, sign;
      int32_t square[NORM_SQUARE], step[NORM_ROOT], first[NORM_ROOT];
    } norm_channel;

    typedef struct {
      int32_t count, centered, kept, fraction, shift, low, high;
      int64_t numerator[NORM_EPSILON], denominator[NORM_EPSILON];
    } norm;

    /* Bits above 28 of v, which is not negative, from bit `bit` of x on. */
    static void add_at(int64_t *x, int64_t v, int32_t bit)
    {
      for (int32_t i = bit / 28; v > 0; i++, v >>= 28) x[i] += (v & 268435455) << (bit % 28);
    }

    /* The codes of a row, in its place. */
    static void norm_row(int64_t *row, const norm *n, const norm_channel *channels, int32_t stride)
    {
      int64_t sum = 0, low = 0, cross = 0, high = 0;
      for (int32_t k = 0; k < n->count; k++) {
        int64_t m = row[k] < 0 ? -row[k] : row[k], above = m >> 20, below = m & 1048575;
        sum += row[k];
        low += below * below;
        cross += below * above;
        high += above * above;
      }
      /* V = N * squares - sum^2, then U = V q + p. */
      int64_t v[NORM_ENERGY + 1] = {0}, u[NORM_ENERGY + NORM_EPSILON + 1] = {0};
      add_at(v, low, 0);
      add_at(v, cross, 21);
      add_at(v, high, 40);
      carry(v, NORM_ENERGY);
      for (int32_t i = 0; i < NORM_ENERGY; i++) v[i] *= n->count;
      if (!n->centered) sum = 0;
      int64_t size = sum < 0 ? -sum : sum;
      int64_t limbs[3] = {size & 268435455, (size >> 28) & 268435455, size >> 56};
      add_product(v, limbs, 3, limbs, 3, -1);
      carry(v, NORM_ENERGY);
      add_product(u, v, NORM_ENERGY, n->denominator, NORM_EPSILON, 1);
      for (int32_t i = 0; i < NORM_EPSILON; i++) u[i] += n->numerator[i];
      carry(u, NORM_ENERGY + NORM_EPSILON);
      /* U = t 2^e, the root of t by Newton's method, and its reciprocal. */
      int64_t t = 0;
      int32_t e = 0;
      for (int32_t i = NORM_ENERGY + NORM_EPSILON - 1; i >= 0; i--) {
        if (t < 268435456) t = t * 268435456 + u[i]; else e += 28;
      }
      for (int32_t step = 32; step >= 2; step /= 2) {
        if (t < (int64_t)1 << (62 - step)) {
          t *= (int64_t)1 << step;
          e -= step;
        }
      }
      int64_t root = (int64_t)1 << 31;
      for (int32_t i = 0; i < 6; i++) root = (root + t / root) / 2;
      int64_t inverse = (((int64_t)1 << 61) / root) >> (31 - n->kept);
      int32_t down = e / 2 + 30 + n->kept - n->fraction;
      for (int32_t k = 0; k < n->count; k++) {
        const norm_channel *c = channels + k * stride;
        int64_t d = n->count * row[k] - sum, length = d < 0 ? -d : d;
        int64_t sign = d < 0 ? -1 : d > 0;
        int64_t y = length * inverse;
        y = down > 62 ? 0 : down >= 0 ? y >> down : y << -down;
        int64_t guess = floor_shift(sign * y * c->multiplier + c->offset, n->shift);
        guess = clamp(guess, n->low, n->high - 1);
        /* The code is one more where A d is at or beyond (j E - G) sqrt(U / q). */
        int64_t j = guess + 1 - c->zero, side = j >= c->turn ? 1 : -1;
        int64_t r[NORM_ROOT], rr[2 * NORM_ROOT] = {0}, dd[4] = {0}, square[NORM_SQUARE];
        int64_t terms[NORM_TERMS] = {0}, parts[2] = {length & 268435455, length >> 28};
        for (int32_t i = 0; i < NORM_ROOT; i++) r[i] = side * (c->step[i] * j - c->first[i]);
        for (int32_t i = 0; i < NORM_SQUARE; i++) square[i] = c->square[i];
        carry(r, NORM_ROOT);
        add_product(rr, r, NORM_ROOT, r, NORM_ROOT, 1);
        carry(rr, 2 * NORM_ROOT);
        add_product(dd, parts, 2, parts, 2, 1);
        carry(dd, 4);
        add_product(terms, dd, 4, square, NORM_SQUARE, sign * c->sign);
        add_product(terms, rr, 2 * NORM_ROOT, u, NORM_ENERGY + NORM_EPSILON, -side);
        int64_t difference = terms[0] - (j & 1);
        for (int32_t i = 1; i < NORM_TERMS; i++) difference = terms[i] + floor_shift(difference, 28);
        row[k] = guess + (difference >= 0);
      }
    }
    """
}

/// How large the arrays inside functions are: the largest of all that call them.
struct CLimits {
  var lineLimbs = 0
  var weightColumns = 0
  var normSquare = 0
  var normRoot = 0
  var normEnergy = 0
  var normEpsilon = 0
  var row = 0

  static let weightRows = 16

  /// What arrays of terms need.
  var normTerms: Int { max(4 + normSquare, 2 * normRoot + normEnergy + normEpsilon) }

  func text(_ helpers: Set<CHelper>) -> [String] {
    var lines: [(String, Int)] = []
    if helpers.contains(.unpack) {
      lines += [("WEIGHT_ROWS", Self.weightRows), ("WEIGHT_COLUMNS", weightColumns)]
    }
    if helpers.contains(.line) { lines.append(("LINE_LIMBS", lineLimbs)) }
    if helpers.contains(.norm) {
      lines += [
        ("NORM_SQUARE", normSquare), ("NORM_ROOT", normRoot), ("NORM_ENERGY", normEnergy),
        ("NORM_EPSILON", normEpsilon), ("NORM_TERMS", normTerms),
      ]
    }
    return lines.map { "enum { \($0.0) = \($0.1) };" }
  }

  /// What the arrays take, in bytes.
  func bytes(_ helpers: Set<CHelper>) -> Int {
    let kinds = [CHelper.weightsBytes, .weightsCodes].count { helpers.contains($0) }
    return 2 * Self.weightRows * weightColumns * kinds + 8 * row
  }
}
