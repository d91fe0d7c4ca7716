import Foundation

/// The exponential of the system's math library.
enum Exponential {
  static func exp(_ x: Double) -> Double { Foundation.exp(x) }
}
