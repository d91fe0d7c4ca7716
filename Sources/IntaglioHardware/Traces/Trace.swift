public import BigInt
import IntaglioNumerics

/// What a module's ports carry, cycle by cycle: inputs, and outputs where they are known.
///
/// The outputs of a cycle may depend on earlier cycles alone, so that a cycle in which the module is
/// not enabled shows what the next one does.
public struct Trace: Hashable, Sendable {
  public struct Cycle: Hashable, Sendable {
    /// The bits of every input, in the order of the ports without the clock.
    public var inputs: [BigUInt]
    /// For every output its lanes, lane 0 first; `nil` where anything may stand.
    public var outputs: [[BigUInt?]]

    public init(inputs: [BigUInt], outputs: [[BigUInt?]]) {
      (self.inputs, self.outputs) = (inputs, outputs)
    }
  }

  public let module: Verilog.Module
  /// How many equal lanes each output has.
  public let lanes: [Int]
  public private(set) var cycles: [Cycle]

  /// - Precondition: every cycle has a value for each input and a lane for each part of each output.
  public init(_ module: Verilog.Module, lanes: [Int], cycles: [Cycle]) {
    self.module = module
    self.lanes = lanes
    self.cycles = cycles
    precondition(outputs.count == lanes.count, "one number of lanes for each output")
    for cycle in cycles {
      precondition(cycle.inputs.count == inputs.count, "a value for each input")
      precondition(cycle.outputs.map(\.count) == lanes, "a value for each lane")
    }
  }

  /// All inputs but the clock.
  public var inputs: [Verilog.Signal] {
    module.ports.filter { $0.direction == .input && $0.signal != ClockedPorts.clock }
      .map(\.signal)
  }

  public var outputs: [Verilog.Signal] {
    module.ports.filter { $0.direction == .output }.map(\.signal)
  }

  /// How many lanes are known, over all cycles.
  public var knownCount: Int {
    cycles.reduce(0) { $0 + $1.outputs.joined().count { $0 != nil } }
  }

  /// The same with cycles in between in which the module is not enabled and its inputs are noise.
  ///
  /// - Parameters:
  ///   - share: how many cycles of a thousand are such.
  ///   - seed: of the noise, and of when there is some.
  /// - Returns: a trace with the same outputs in the same order.
  public func stalled(perThousand share: Int, seed: UInt64) -> Trace {
    guard let enable = inputs.firstIndex(of: ClockedPorts.enable) else { return self }
    let reset = inputs.firstIndex(of: ClockedPorts.reset)
    var generator = SplitMix64(seed: seed)
    var stalled = self
    stalled.cycles = []
    for cycle in cycles {
      while Int.random(in: 0..<1000, using: &generator) < share {
        var noise = cycle
        noise.inputs = inputs.map { input in
          BigUInt.randomInteger(withMaximumWidth: input.type.bits, using: &generator)
        }
        noise.inputs[enable] = 0
        if let reset { noise.inputs[reset] = cycle.inputs[reset] }
        stalled.cycles.append(noise)
      }
      stalled.cycles.append(cycle)
    }
    return stalled
  }
}
