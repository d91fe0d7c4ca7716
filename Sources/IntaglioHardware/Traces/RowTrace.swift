public import BigInt

/// Rows through a unit that takes one, works, and shows its results in as many cycles.
///
/// The ports are those of `SoftmaxUnit` and `NormQuantizer`: valid, operands and what is held, ready,
/// valid, result. What is held is noise while the unit is ready, unless it is held early.
public struct RowTrace: Sendable {
  /// Operands and results of one row, as bits.
  public struct Row: Sendable {
    public let operands: [[BigUInt]]
    /// What the inputs behind the operands carry while the unit is busy with the row.
    public let held: [BigUInt]
    public let results: [BigUInt]

    /// - Precondition: there is a result for each element.
    public init(operands: [[BigUInt]], held: [BigUInt] = [], results: [BigUInt]) {
      precondition(operands.count == results.count && !operands.isEmpty)
      (self.operands, self.held, self.results) = (operands, held, results)
    }
  }

  /// When results come and when the next row may.
  public struct Timing: Sendable {
    /// Cycles from the last operand to the first result, and between results.
    public let latency: Int
    public let interval: Int
    /// Cycles from the last operand to the next row's first.
    public let busy: Int
    /// Cycles between operands, at least.
    public let pace: Int

    public init(latency: Int, interval: Int = 1, busy: Int, pace: Int = 1) {
      (self.latency, self.interval, self.busy) = (latency, interval, busy)
      self.pace = pace
    }
  }

  /// The trace of `rows`, with pauses between operands and a reset before.
  ///
  /// - Parameters:
  ///   - module: the unit.
  ///   - timing: of the unit.
  ///   - rows: one after the other, each as early as the unit takes it.
  ///   - holdsEarly: whether what is held is there from the row's first operand on.
  ///   - pauses: how many of a thousand cycles have no operand while a row comes in.
  ///   - generator: of pauses and of what stands where nothing is valid.
  /// - Returns: the trace, readiness and validity known in every cycle.
  public static func trace(
    _ module: Verilog.Module,
    _ timing: Timing,
    rows: [Row],
    holdsEarly: Bool = false,
    pauses: Int,
    using generator: inout some RandomNumberGenerator
  ) -> Trace {
    var ports = Ports(module)
    for row in rows {
      ports.held = holdsEarly ? row.held : []
      for (index, operand) in row.operands.enumerated() {
        if index > 0 { for _ in 1..<timing.pace { ports.pause(using: &generator) } }
        while Int.random(in: 0..<1000, using: &generator) < pauses {
          ports.pause(using: &generator)
        }
        ports.take(operand, using: &generator)
      }
      ports.work(row, timing, using: &generator)
    }
    let end = max(ports.inputs.count, (ports.results.keys.max() ?? 0) + 2)
    while ports.inputs.count < end { ports.pause(using: &generator) }
    let noise = ports.noise(using: &generator)
    let reset = Trace.Cycle(inputs: [0, 1, 0] + noise, outputs: [[nil], [nil], [nil]])
    return Trace(module, lanes: [1, 1, 1], cycles: [reset, reset] + ports.cycles)
  }

  /// What the ports have carried so far.
  private struct Ports {
    /// Of the inputs behind clock, reset, enable and valid.
    private let widths: [Int]
    private(set) var inputs: [[BigUInt]] = []
    private var isReady: [Bool] = []
    private(set) var results: [Int: BigUInt] = [:]
    /// What the inputs behind the operands carry; noise where that is nothing.
    var held: [BigUInt] = []

    init(_ module: Verilog.Module) {
      widths = Array(
        module.ports.filter { $0.direction == .input }.map(\.signal.type.bits).dropFirst(4)
      )
    }

    func noise(
      behind count: Int = 0,
      using generator: inout some RandomNumberGenerator
    ) -> [BigUInt] {
      let noise = widths.map { BigUInt.randomInteger(withMaximumWidth: $0, using: &generator) }
      return Array((noise.dropLast(held.count) + held).dropFirst(count))
    }

    mutating func pause(using generator: inout some RandomNumberGenerator) {
      inputs.append([1, 1, 0] + noise(using: &generator))
      isReady.append(true)
    }

    mutating func take(_ operand: [BigUInt], using generator: inout some RandomNumberGenerator) {
      inputs.append([1, 1, 1] + operand + noise(behind: operand.count, using: &generator))
      isReady.append(true)
    }

    /// From the last operand of `row` until the next row may come.
    mutating func work(
      _ row: Row,
      _ timing: Timing,
      using generator: inout some RandomNumberGenerator
    ) {
      let last = inputs.count - 1
      for (index, result) in row.results.enumerated() {
        results[last + timing.latency + index * timing.interval] = result
      }
      held = row.held
      // What comes while the unit is busy must change nothing.
      for _ in 1..<timing.busy {
        let valid: BigUInt = Bool.random(using: &generator) ? 1 : 0
        inputs.append([1, 1, valid] + noise(using: &generator))
        isReady.append(false)
      }
      held = []
    }

    var cycles: [Trace.Cycle] {
      inputs.indices.map { cycle in
        Trace.Cycle(
          inputs: inputs[cycle],
          outputs: [[isReady[cycle] ? 1 : 0], [results[cycle] == nil ? 0 : 1], [results[cycle]]]
        )
      }
    }
  }
}
