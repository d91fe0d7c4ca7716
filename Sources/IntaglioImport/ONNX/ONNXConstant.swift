import IntaglioGraph
import IntaglioNumerics

/// A tensor whose elements are known while a file is read: an initializer, or what follows from
/// initializers and dimensions alone.
struct ONNXConstant {
  enum Elements {
    /// `float`, `float16` and `bfloat16`.
    case floats([Float])
    case doubles([Double])
    /// Every integer type; truth values are 0 and 1.
    case integers([Int])

    var count: Int {
      switch self {
      case .floats(let values): values.count
      case .doubles(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  let type: ONNXElementType
  let shape: [Int]
  /// Row-major, as many as `shape` holds, of the kind that `type` asks for.
  let elements: Elements
  /// The name that the file gives this tensor.
  var name: String?
  /// What the file limits codes to; they take no more bits than that.
  private(set) var limits: ClosedRange<Int>?

  /// - Precondition: `elements` fill `shape`.
  init(_ type: ONNXElementType, _ shape: [Int], _ elements: Elements, name: String? = nil) {
    self.type = type
    self.shape = shape
    self.elements = elements
    self.name = name
    precondition(count == shape.reduce(1, *), "elements must fill the shape")
  }

  /// A list of int64, the type of shapes and indices.
  init(_ integers: [Int]) { self.init(.int64, [integers.count], .integers(integers)) }

  var count: Int { elements.count }

  /// Every element, `nil` for reals.
  var integers: [Int]? {
    switch elements {
    case .floats, .doubles: nil
    case .integers(let values): values
    }
  }

  /// Every element as a double; exact for integers below 2⁵³.
  var doubles: [Double] {
    switch elements {
    case .floats(let values): values.map(Double.init)
    case .doubles(let values): values
    case .integers(let values): values.map(Double.init)
    }
  }

  /// The one value that all elements have, `nil` where they differ or there are none.
  var uniform: Double? {
    let values = doubles
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// Elements moved: element `i` of the result is element `sources[i]` of this tensor.
  /// - Precondition: `sources` fill `shape` and stay inside this tensor.
  func gathered(_ sources: some Sequence<Int>, shape: [Int]) -> ONNXConstant {
    let moved: Elements =
      switch elements {
      case .floats(let values): .floats(sources.map { values[$0] })
      case .doubles(let values): .doubles(sources.map { values[$0] })
      case .integers(let values): .integers(sources.map { values[$0] })
      }
    return ONNXConstant(type, shape, moved, name: name).within(limits)
  }

  private func within(_ limits: ClosedRange<Int>?) -> ONNXConstant {
    var result = self
    result.limits = limits
    return result
  }

  /// Every element between two numbers.
  /// - Precondition: `lower ≤ upper`.
  func limited(_ lower: Double, _ upper: Double) -> ONNXConstant {
    func clamp<T: BinaryFloatingPoint>(_ values: [T]) -> [T] {
      values.map { $0.isNaN ? $0 : min(max($0, T(lower)), T(upper)) }
    }
    switch elements {
    case .floats(let values):
      return ONNXConstant(type, shape, .floats(clamp(values)), name: name)
    case .doubles(let values):
      return ONNXConstant(type, shape, .doubles(clamp(values)), name: name)
    case .integers(let values):
      let least = Int(exactly: lower.rounded(.up)) ?? (lower < 0 ? .min : .max)
      let most = Int(exactly: upper.rounded(.down)) ?? (upper < 0 ? .min : .max)
      guard least <= most else { return self }
      let clamped = values.map { min(max($0, least), most) }
      return ONNXConstant(type, shape, .integers(clamped), name: name).within(least...most)
    }
  }

  /// The type of codes as the graph keeps them: that of the file, narrowed to its limits.
  private var narrowType: IntegerType? {
    guard let own = type.codeType, let limits else { return type.codeType }
    return (1...own.bits).lazy.map { IntegerType(bits: $0, signed: own.isSigned) }
      .first {
        $0.range.lowerBound <= max(limits.lowerBound, own.range.lowerBound)
          && $0.range.upperBound >= min(limits.upperBound, own.range.upperBound)
      }
  }

  /// The same elements in other dimensions.
  /// - Precondition: `shape` holds as many elements.
  func reshaped(_ shape: [Int]) -> ONNXConstant {
    ONNXConstant(type, shape, elements, name: name).within(limits)
  }

  /// This tensor as a constant of a graph; `nil` when no element type of the graph holds it.
  var tensor: Tensor? {
    switch elements {
    case .floats(let values): Tensor(values, shape: shape)
    case .doubles(let values): Tensor(values, shape: shape)
    case .integers(let values): narrowType.flatMap { Tensor(values, $0, shape: shape) }
    }
  }
}
