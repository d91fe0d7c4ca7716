/// What the self-test found out about one kernel.
public struct KernelCheck: Sendable {
  /// As in C: `intaglio_gemm_u8s8_6x64__avx512vnni`.
  public let kernel: String
  public let instructionSet: InstructionSet
  /// How many operands of different sizes and values it was run on.
  public let cases: Int
  public let outcome: Outcome

  package init(kernel: String, instructionSet: InstructionSet, cases: Int, outcome: Outcome) {
    (self.kernel, self.instructionSet) = (kernel, instructionSet)
    (self.cases, self.outcome) = (cases, outcome)
  }

  public enum Outcome: Sendable, Equatable {
    /// Every result is the expected one, bit for bit.
    case equal
    /// A real function: bit for bit what the scalar kernel gives, and this far from float64 at
    /// most.
    case within(largestError: Double, bound: Double, unit: ErrorUnit)
    /// The first case that failed: where, expected, found.
    case failed(String)
  }

  /// What an error of a real function is measured in.
  public enum ErrorUnit: String, Sendable {
    /// Units in the last place of the exact result.
    case ulp
    /// Parts of the largest exact magnitude in the row.
    case ofRowMaximum = "of row maximum"
  }

  /// Whether the kernel may be used.
  public var passed: Bool {
    if case .failed = outcome { false } else { true }
  }
}

extension KernelCheck: CustomStringConvertible {
  public var description: String {
    let verdict =
      switch outcome {
      case .equal: "equal"
      case .within(let error, let bound, let unit):
        "error \(error) ≤ \(bound) \(unit.rawValue)"
      case .failed(let reason): "FAILED: \(reason)"
      }
    return "\(kernel): \(cases) cases, \(verdict)"
  }
}
