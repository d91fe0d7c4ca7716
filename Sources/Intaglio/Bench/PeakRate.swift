import Dispatch
public import IntaglioRuntime

/// The multiply-accumulates per second that this machine reaches at most, measured.
public struct PeakRate: Sendable {
  /// Such as `avx512vnni`.
  public let instructionSet: InstructionSet
  /// Multiply-accumulates per second of all threads together.
  public let macsPerSecond: Double

  private static let roundsPerRun = 200_000
  private static let runs = 40

  /// Measures the fastest kernel up to `limit` on `threads` threads at a time; takes well under a
  /// second. The best of many runs counts, so that other work on the machine lowers it least.
  ///
  /// - Precondition: `threads` is positive.
  public init(threads: Int, limit: InstructionSet) {
    let kernels = PeakKernel.supported
    let kernel = kernels.last { $0.instructionSet <= limit } ?? kernels[0]
    let macs = Double(kernel.run(rounds: 1)) * Double(Self.roundsPerRun * threads)
    let clock = ContinuousClock()
    let least = (0..<Self.runs).map { _ in
      clock.measure {
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
          _ = kernel.run(rounds: Self.roundsPerRun)
        }
      }.seconds
    }.min()
    instructionSet = kernel.instructionSet
    macsPerSecond = macs / (least ?? .infinity)
  }
}
