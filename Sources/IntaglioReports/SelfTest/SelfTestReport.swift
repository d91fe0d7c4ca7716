import IntaglioReport
public import IntaglioRuntime

/// The report of `intaglio selftest`, as JSON and as text.
public struct SelfTestReport: Report {
  public struct Kernel: Encodable {
    public let kernel: String
    public let instructionSet: String
    public let cases: Int
    public let passed: Bool
    public let result: String
  }

  public let kernels: [Kernel]
  public let passed: Int
  public let failed: Int

  public init(_ checks: [KernelCheck]) {
    kernels = checks.map { check in
      let result =
        switch check.outcome {
        case .equal: "equal"
        case .within(let error, let bound, let unit):
          "largest error \(Format.fixed(error, digits: 3)) of \(bound) \(unit.rawValue) allowed"
        case .failed(let reason): reason
        }
      return Kernel(
        kernel: check.kernel,
        instructionSet: "\(check.instructionSet)",
        cases: check.cases,
        passed: check.passed,
        result: result
      )
    }
    passed = checks.count(where: \.passed)
    failed = checks.count - passed
  }

  public var text: String {
    var table = Table([.init("kernel"), .init("cases", .right), .init(""), .init("result")])
    for kernel in kernels {
      table.append([
        kernel.kernel, "\(kernel.cases)", kernel.passed ? "ok" : "FAILED", kernel.result,
      ])
    }
    return table.text + "\n\n\(passed) kernels passed, \(failed) failed"
  }
}
