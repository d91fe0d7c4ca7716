import IntaglioGraph

/// A graph as it stands in the metadata: nodes in order, an operand is the position of its node.
struct ProgramRecord: Codable, Sendable {
  var nodes: [NodeRecord] = []
  var outputs: [OutputRecord] = []
  var bounds: [BoundRecord]?

  enum CodingKeys: String, CodingKey {
    case nodes, outputs, bounds
  }
}

/// A result of the graph.
struct OutputRecord: Codable, Sendable {
  let name: String
  let of: Int

  enum CodingKeys: String, CodingKey {
    case name, of
  }
}

/// What a law could not keep exact at a node.
struct BoundRecord: Codable, Sendable {
  let of: Int
  let law: String
  let maximum: Double
  let relative: Double

  enum CodingKeys: String, CodingKey {
    case of, law, maximum, relative
  }
}

/// One node: its operation and the attributes that the operation has.
struct NodeRecord: Codable, Sendable {
  /// An `OperationCode` or a `Function.Kind`.
  let op: String
  /// The operands; absent where there are none.
  var of: [Int]?
  /// The name in the model.
  var name: String?

  // Sources
  var input: String?
  var element: String?
  var tensor: String?

  // Layout; `shape` also belongs to the sources.
  var shape: [Int]?
  var permutation: [Int]?
  var axis: Int?
  var start: Int?
  var count: Int?

  // Convolution
  var strides: [Int]?
  var padding: [Int]?
  var dilations: [Int]?
  var groups: Int?

  // Real functions
  var epsilon: Double?
  var lower: Double?
  var upper: Double?
  var exponent: Double?

  // Quantization
  var to: String?
  var scale: ScaleRecord?
  var multiplier: ScaleRecord?
  var offset: ScaleRecord?
  var zeroPoint: IntegersRecord?
  var placement: ZeroPointPlacement?

  // Integers in place of reals
  var tables: ThresholdTablesRecord?
  var index: String?
  var entries: RowRecord?
  var multipliers: [IntegersRecord]?
  var addend: IntegersRecord?
  var shift: IntegersRecord?
  var centered: Bool?
  var left: IntegersRecord?
  var ratio: String?
  var root: RootRecord?
  var exponential: ExponentialRecord?
  var fromLargest: Bool?

  init(op: String) { self.op = op }

  enum CodingKeys: String, CodingKey {
    case op, of, name, input, element, tensor, shape, permutation, axis, start, count
    case strides, padding, dilations, groups, epsilon, lower, upper, exponent
    case to, scale, multiplier, offset, zeroPoint, placement
    case tables, index, entries, multipliers, addend, shift, centered, left, ratio, root
    case exponential, fromLargest
  }
}

/// Exact numbers: one as text, or many as text, or many as a factor times a tensor of floats.
enum ScaleRecord: Sendable {
  case one(String)
  case texts(shape: [Int], values: String)
  case tensor(shape: [Int], factor: String, name: String)
}

extension ScaleRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case shape, values, factor, tensor
  }

  init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self = .one(text)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    if let values = try container.decodeIfPresent(String.self, forKey: .values) {
      self = .texts(shape: shape, values: values)
      return
    }
    self = .tensor(
      shape: shape,
      factor: try container.decode(String.self, forKey: .factor),
      name: try container.decode(String.self, forKey: .tensor)
    )
  }

  func encode(to encoder: any Encoder) throws {
    if case .one(let text) = self {
      var container = encoder.singleValueContainer()
      try container.encode(text)
      return
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .one: break
    case .texts(let shape, let values):
      try container.encode(shape, forKey: .shape)
      try container.encode(values, forKey: .values)
    case .tensor(let shape, let factor, let name):
      try container.encode(shape, forKey: .shape)
      try container.encode(factor, forKey: .factor)
      try container.encode(name, forKey: .tensor)
    }
  }
}
