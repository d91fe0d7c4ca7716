import IntaglioNumerics

/// Runs every kernel that this machine can run on awkward operands and compares the results.
///
/// Integer kernels, conversions and arithmetic must give, bit for bit, what the scalar kernel of
/// their family gives; the scalar kernel what the formula gives, written down once more in Swift.
/// Real functions must in addition stay within a stated distance of float64. Sizes are 0, 1, around
/// a register tile, and the shapes of real networks; values are the extremes of their types as well
/// as random. Every operand has guards around it.
public struct KernelSelfTest: Sendable {
  let seed: UInt64
  let instructionSets: [InstructionSet]
  let placement: GuardPlacement

  /// One check for each kernel, plainest instruction set first within a family.
  public static func run(
    seed: UInt64 = 1,
    instructionSets: [InstructionSet] = InstructionSet.supported,
    placement: GuardPlacement = .pattern
  ) -> [KernelCheck] {
    let test = KernelSelfTest(
      seed: seed,
      instructionSets: instructionSets.filter(\.isSupported),
      placement: placement
    )
    return test.gemmChecks() + test.weightChecks() + test.convertChecks()
      + test.requantizeChecks() + test.dequantizeChecks() + test.quantizeChecks()
      + test.unaryChecks()
      + test.binaryChecks() + test.normalizeChecks() + test.streamChecks() + test.lookupChecks()
      + test.cellChecks()
      + test.exceptionChecks()
      + test.integerNormalizeChecks() + test.integerSoftmaxChecks()
  }

  /// Cases of the scalar kernels with their answers, a file for other machines to repeat them (`CaseRecorder`).
  public static func cases(seed: UInt64 = 1) -> [UInt8] {
    let recorder = CaseRecorder()
    _ = CaseRecorder.$current.withValue(recorder) { run(seed: seed, instructionSets: [.scalar]) }
    return recorder.file
  }

  /// The kernels to check; the scalar ones as the recorder hears them, where there is one.
  func table(limit: InstructionSet = .unlimited) -> KernelTable {
    CaseRecorder.current == nil ? KernelTable(limit: limit) : .recorded
  }

  /// The tables to check, one for each instruction set that has kernels of every family.
  var tables: [(instructionSet: InstructionSet, table: KernelTable)] {
    instructionSets.map { ($0, table(limit: $0)) }.filter { $1.instructionSet == $0 }
  }

  /// Matrices around the width of the lanes, with and without gaps between their rows, and rows of
  /// real networks.
  var matrixCases: [MatrixCase] {
    let columns = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 64, 96, 130]
    var cases: [MatrixCase] = []
    for rows in [0, 1, 2, 3, 4, 5, 9] {
      for columns in columns {
        cases.append(MatrixCase(rows: rows, columns: columns, stride: columns, outStride: columns))
        cases.append(
          MatrixCase(rows: rows, columns: columns, stride: columns + 3, outStride: columns + 5)
        )
      }
    }
    for (rows, columns) in [(50, 288), (197, 192), (1, 1000)] {
      cases.append(MatrixCase(rows: rows, columns: columns, stride: columns, outStride: columns))
    }
    return cases
  }

  /// Runs `trial` on every case and sums up; stops at the first failure.
  func check<Case>(
    _ kernel: String,
    _ instructionSet: InstructionSet,
    on cases: [Case],
    within bound: (Double, KernelCheck.ErrorUnit)? = nil,
    trial: (Case, inout SplitMix64) -> KernelTrial
  ) -> KernelCheck {
    var generator = SplitMix64(seed: seed)
    var largestError = 0.0
    for (index, operands) in cases.enumerated() {
      let trial = trial(operands, &generator)
      largestError = max(largestError, trial.error)
      var failure = trial.failure
      if failure == nil, let (limit, unit) = bound, !(trial.error <= limit) {
        failure = "error \(trial.error) \(unit.rawValue), expected at most \(limit)"
      }
      if let failure {
        return KernelCheck(
          kernel: kernel,
          instructionSet: instructionSet,
          cases: index + 1,
          outcome: .failed("\(operands): \(failure) (seed \(seed))")
        )
      }
    }
    let outcome: KernelCheck.Outcome =
      if let (limit, unit) = bound {
        .within(largestError: largestError, bound: limit, unit: unit)
      } else {
        .equal
      }
    return KernelCheck(
      kernel: kernel,
      instructionSet: instructionSet,
      cases: cases.count,
      outcome: outcome
    )
  }
}
