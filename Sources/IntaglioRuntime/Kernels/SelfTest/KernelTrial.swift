/// One run of a kernel on one set of operands.
struct KernelTrial {
  /// What is wrong, or nothing.
  var failure: String?
  /// The largest error of a real function.
  var error = 0.0

  /// Compares bit for bit, any NaN with any other, and looks at the guards.
  init<Element: KernelElement>(_ output: borrowing GuardedBuffer<Element>, _ expected: [Element]) {
    let found = output.values
    if !output.isIntact {
      failure = "wrote outside its result"
    } else if let index = found.indices.first(where: { found[$0].code != expected[$0].code }) {
      failure = "element \(index): expected \(expected[index]), found \(found[index])"
    }
  }

  /// The failure of either.
  func and(_ other: KernelTrial) -> KernelTrial { failure == nil ? other : self }
}

/// What kernels write.
protocol KernelElement: BitwiseCopyable {
  /// Equal for elements that count as equal.
  var code: UInt64 { get }
}

extension Float: KernelElement {
  var code: UInt64 { UInt64(isNaN ? Float.nan.bitPattern : bitPattern) }
}

extension Int32: KernelElement {
  var code: UInt64 { UInt64(UInt32(bitPattern: self)) }
}

extension UInt8: KernelElement {
  var code: UInt64 { UInt64(self) }
}
