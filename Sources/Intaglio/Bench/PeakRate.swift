import Dispatch
public import IntaglioRuntime

/// The multiply-accumulates per second that this machine reaches at most, measured.
public struct PeakRate: Sendable {
  /// Such as `avx512vnni`.
  public let instructionSet: InstructionSet
  /// Multiply-accumulates per second of all threads together.
  public let macsPerSecond: Double

  private static let roundsPerRun = 300_000

  /// Measures the fastest kernel within `limit` on `threads` threads at a time.
  ///
  /// The best of many runs counts, so that other work on the machine lowers it least.
  ///
  /// - Parameters:
  ///   - threads: how many run at a time.
  ///   - limit: no kernel that needs anything else is used.
  ///   - seconds: how long to repeat.
  /// - Precondition: `threads` is positive.
  public init(threads: Int, limit: InstructionSet, seconds: Double = 0.25) {
    let kernels = PeakKernel.supported
    let kernel = kernels.last { $0.instructionSet.isSubset(of: limit) } ?? kernels[0]
    let macs = Double(kernel.run(rounds: 1)) * Double(Self.roundsPerRun * threads)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var least = Double.infinity
    repeat {
      let elapsed = clock.measure {
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
          _ = kernel.run(rounds: Self.roundsPerRun)
        }
      }
      least = min(least, elapsed.seconds)
    } while clock.now < end
    instructionSet = kernel.instructionSet
    macsPerSecond = macs / least
  }
}

extension PeakRate: Comparable {
  public static func < (a: PeakRate, b: PeakRate) -> Bool { a.macsPerSecond < b.macsPerSecond }
}
