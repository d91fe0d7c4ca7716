public import IntaglioNumerics

/// What one value in the graph is: its dimensions and what each element may hold.
public struct ValueType: Hashable, Sendable, CustomStringConvertible {
  public enum Element: Hashable, Sendable {
    /// A real number. Exact or `Double` in the oracle, `Float` in the runtime.
    case real
    case integer(IntegerType)
  }

  /// The extent of every axis, outermost first; empty for a single number.
  public let shape: [Int]
  public let element: Element

  public init(_ element: Element, _ shape: [Int]) {
    self.shape = shape
    self.element = element
  }

  public var isInteger: Bool { integer != nil }

  /// The integer type of the elements, `nil` for reals.
  public var integer: IntegerType? {
    switch element {
    case .real: nil
    case .integer(let type): type
    }
  }

  /// How many elements there are.
  public var count: Int { shape.reduce(1, *) }

  public var description: String {
    let name = integer.map(\.description) ?? "real"
    return "\(name)[\(shape.map(String.init).joined(separator: ", "))]"
  }
}

extension ValueType {
  /// Whether it looks like `[batch, height, width, channels]`: colours stand last, and not second.
  public var hasChannelsLast: Bool {
    let colours = [1, 3]
    return shape.count == 4 && !isInteger && colours.contains(shape[3])
      && !colours.contains(shape[1])
  }
}
