import CIntaglioKernels

/// Multiply-accumulates on registers alone: what the other kernels could reach at most.
public struct PeakKernel: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernel: intaglio_peak_kernel

  private init(_ kernel: intaglio_peak_kernel) {
    self.kernel = kernel
    name = String(cString: kernel.name)
    instructionSet = InstructionSet(kernel.isa)
  }

  /// Every one that this machine can run, scalar first.
  public static var supported: [PeakKernel] {
    var count = 0
    let first = intaglio_peak_list(&count)
    return UnsafeBufferPointer(start: first, count: count).map(PeakKernel.init)
      .filter(\.instructionSet.isSupported)
  }

  /// Does `rounds` rounds.
  ///
  /// - Returns: the number of multiply-accumulates, modulo 2³²; every round does the same number.
  public func run(rounds: Int) -> UInt32 { kernel.run(rounds) }
}
