/// The dimensions of a tensor, of which the product is known to fit.
public struct TensorShape: Sendable, Hashable, CustomStringConvertible {
  /// The most axes that are accepted.
  public static let rankLimit = 16

  /// The outermost first.
  public let dimensions: [Int]
  /// How many elements there are.
  public let count: Int

  /// - Parameters:
  ///   - dimensions: each at least 0.
  ///   - tensor: its name in messages.
  /// - Throws: `ServingError` 400 for negative dimensions, more than `rankLimit` of them, and products
  ///   beyond the range of `Int`.
  public init(_ dimensions: [Int], of tensor: String) throws(ServingError) {
    guard dimensions.count <= Self.rankLimit else {
      throw .badRequest(
        "input \(quoted(tensor)): \(dimensions.count) dimensions; send at most \(Self.rankLimit)"
      )
    }
    var count = 1
    for dimension in dimensions {
      guard dimension >= 0 else {
        throw .badRequest(
          "input \(quoted(tensor)): the shape \(dimensions) has a negative dimension; send real sizes"
        )
      }
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: dimension)
      guard !isTooLarge else {
        throw .badRequest(
          "input \(quoted(tensor)): the shape \(dimensions) has more elements than can be counted"
        )
      }
      count = product
    }
    (self.dimensions, self.count) = (dimensions, count)
  }

  public var description: String { "\(dimensions)" }
}

/// A name from a request as a message shows it: in quotation marks, on one line, not too long.
package func quoted(_ name: String) -> String {
  var text = ""
  for scalar in name.unicodeScalars.prefix(64) {
    switch scalar {
    case "'", "\\": text += "\\\(scalar)"
    default: text += scalar.properties.isPrintable ? String(scalar) : "?"
    }
  }
  return "'\(text)\(name.unicodeScalars.count > 64 ? "…" : "")'"
}

extension Unicode.Scalar.Properties {
  fileprivate var isPrintable: Bool {
    switch generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
