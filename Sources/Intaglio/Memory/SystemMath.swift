import Foundation

/// Functions of the system's math library.
enum SystemMath {
  static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  static func log(_ x: Double) -> Double { Foundation.log(x) }
  static func log10(_ x: Double) -> Double { Foundation.log10(x) }
}
