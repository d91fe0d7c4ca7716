/// What the one multiplier of a norm multiplies.
enum NormProduct: CaseIterable {
  /// x², while a row comes in.
  case element
  /// S², once a row.
  case sum
  /// d², and that times A²·q: the left side of the comparison.
  case deviation
  case left
  /// W times 4·D², |4·D·R₀| and R₀²: how the right side grows, and where it begins.
  case curve
  case slope
  case base
}
