public import IntaglioNumerics

/// A constant array: weights, biases, tables.
///
/// Row-major, the last axis fastest.
///
/// Copies share their elements. Two tensors are equal when shape, element type and every element
/// are (reals by bit pattern); a digest made once keeps comparison and hashing cheap.
public struct Tensor: Sendable {
  /// The elements as they are kept.
  ///
  /// Integers of up to 8 bits take one byte each.
  public enum Elements: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int8([Int8])
    case uint8([UInt8])
    case int32([Int32])
  }

  public let type: ValueType
  public let elements: Elements
  private let digest: UInt64

  public var shape: [Int] { type.shape }
  public var count: Int { type.count }

  /// A real tensor of 32-bit floats.
  /// - Precondition: `floats` has as many elements as `shape` asks for.
  public init(_ floats: [Float], shape: [Int]) {
    self.init(.float32(floats), ValueType(.real, shape), count: floats.count)
  }

  /// A real tensor of 64-bit floats.
  /// - Precondition: `doubles` has as many elements as `shape` asks for.
  public init(_ doubles: [Double], shape: [Int]) {
    self.init(.float64(doubles), ValueType(.real, shape), count: doubles.count)
  }

  /// An integer tensor, or `nil` when an element does not fit `integer`.
  /// - Precondition: `integers` has as many elements as `shape` asks for, and `integer` is not u32.
  public init?(_ integers: [Int], _ integer: IntegerType, shape: [Int]) {
    let range = integer.range
    guard integers.allSatisfy(range.contains) else { return nil }
    let type = ValueType(.integer(integer), shape)
    if integer.bits > 8 {
      precondition(
        integer.isSigned || integer.bits < 32,
        "a constant holds at most 31 bits unsigned"
      )
      self.init(.int32(integers.map { Int32($0) }), type, count: integers.count)
    } else if integer.isSigned {
      self.init(.int8(integers.map { Int8($0) }), type, count: integers.count)
    } else {
      self.init(.uint8(integers.map { UInt8($0) }), type, count: integers.count)
    }
  }

  /// One real number.
  public init(scalar value: Double) { self.init([value], shape: []) }

  private init(_ elements: Elements, _ type: ValueType, count: Int) {
    precondition(count == type.count, "\(type) needs \(type.count) elements, not \(count)")
    self.elements = elements
    self.type = type
    self.digest = Self.digest(of: elements)
  }

  /// The same elements in other dimensions.
  /// - Precondition: `shape` holds as many elements.
  public func reshaped(_ shape: [Int]) -> Tensor {
    Tensor(elements, ValueType(type.element, shape), count: count)
  }
}

extension Tensor {
  /// Every element as a double; exact for every element type.
  public var doubles: [Double] {
    switch elements {
    case .float32(let values): values.map(Double.init)
    case .float64(let values): values
    case .int8(let values): values.map(Double.init)
    case .uint8(let values): values.map(Double.init)
    case .int32(let values): values.map(Double.init)
    }
  }

  /// Every element as a float; rounded to nearest when kept as doubles.
  public var floats: [Float] {
    switch elements {
    case .float32(let values): values
    case .float64(let values): values.map(Float.init)
    case .int8(let values): values.map(Float.init)
    case .uint8(let values): values.map(Float.init)
    case .int32(let values): values.map(Float.init)
    }
  }

  /// Every element, `nil` for reals.
  public var integers: [Int]? {
    switch elements {
    case .float32, .float64: nil
    case .int8(let values): values.map(Int.init)
    case .uint8(let values): values.map(Int.init)
    case .int32(let values): values.map(Int.init)
    }
  }

  /// Every element, exactly; `nil` when one is infinite or not a number.
  public var rationals: [Rational]? {
    if let integers { return integers.map { Rational($0) } }
    var result: [Rational] = []
    result.reserveCapacity(count)
    for value in doubles {
      guard let exact = Rational(exactly: value) else { return nil }
      result.append(exact)
    }
    return result
  }

  /// The same tensor with elements moved: element `i` of the result is element `sources[i]`.
  /// - Precondition: `sources` fills `shape` and stays inside this tensor.
  public func gathered(_ sources: [Int32], shape: [Int]) -> Tensor {
    func pick<T>(_ values: [T]) -> [T] { sources.map { values[Int($0)] } }
    let moved: Elements =
      switch elements {
      case .float32(let values): .float32(pick(values))
      case .float64(let values): .float64(pick(values))
      case .int8(let values): .int8(pick(values))
      case .uint8(let values): .uint8(pick(values))
      case .int32(let values): .int32(pick(values))
      }
    return Tensor(moved, ValueType(type.element, shape), count: sources.count)
  }
}

extension Tensor: Hashable {
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.digest == b.digest, a.type == b.type else { return false }
    return switch (a.elements, b.elements) {
    case (.float32(let x), .float32(let y)): x.elementsEqual(y) { $0.bitPattern == $1.bitPattern }
    case (.float64(let x), .float64(let y)): x.elementsEqual(y) { $0.bitPattern == $1.bitPattern }
    case (.float32, _), (.float64, _), (.int8, _), (.uint8, _), (.int32, _):
      a.elements == b.elements
    }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    hasher.combine(digest)
  }

  /// FNV-1a over the element bit patterns.
  private static func digest(of elements: Elements) -> UInt64 {
    func fold(_ patterns: some Sequence<UInt64>) -> UInt64 {
      patterns.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01B3 }
    }
    return switch elements {
    case .float32(let values): fold(values.lazy.map { UInt64($0.bitPattern) })
    case .float64(let values): fold(values.lazy.map(\.bitPattern))
    case .int8(let values): fold(values.lazy.map { UInt64(UInt8(bitPattern: $0)) })
    case .uint8(let values): fold(values.lazy.map { UInt64($0) })
    case .int32(let values): fold(values.lazy.map { UInt64(UInt32(bitPattern: $0)) })
    }
  }
}
