/// Step tables that stretch over a value, the parts of all one after the other.
struct ThresholdTablesRecord: Codable, Sendable {
  let shape: [Int]
  /// The code before the first threshold, one for each table.
  let bases: RowRecord
  /// How many thresholds each table has.
  let counts: RowRecord
  /// The thresholds of the first table, of the second, ….
  let thresholds: RowRecord
  /// +1 or −1 for each threshold; absent where all are +1.
  let steps: RowRecord?

  enum CodingKeys: String, CodingKey {
    case shape, bases, counts, thresholds, steps
  }
}

/// The widths of `FixedPointRoot`.
struct RootRecord: Codable, Sendable {
  let fraction: Int
  let root: Int
  let scale: Int
  /// In base 16.
  let epsilon: String

  enum CodingKeys: String, CodingKey {
    case fraction, root, scale, epsilon
  }
}

/// Which exponential softmax sums.
struct ExponentialRecord: Codable, Sendable {
  /// The name on disk, under the same rule as `OperationCode`.
  enum Kind: String, Codable, Sendable {
    case base2, shiftmax
    case base2Product = "base2-product"
  }

  let kind: Kind
  /// Of `base2`.
  var fraction: Int?
  var table: Int?

  enum CodingKeys: String, CodingKey {
    case kind, fraction, table
  }
}
