import Foundation

/// Functions of the system's math library.
package enum SystemMath {
  package static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  package static func log(_ x: Double) -> Double { Foundation.log(x) }
  package static func log10(_ x: Double) -> Double { Foundation.log10(x) }
}
