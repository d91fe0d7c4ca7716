import BigInt

/// A test bench that plays traces to modules and compares every known output with `!==`.
///
/// Each trace has a bench module of its own with its memories and counters; the top module drives
/// their clock, waits for all and prints one line for each. So one build checks many modules.
public struct TraceBench: Sendable {
  public let traces: [Trace]

  /// - Precondition: there is at least one trace.
  public init(_ traces: [Trace]) {
    precondition(!traces.isEmpty, "a bench plays at least one trace")
    self.traces = traces
  }

  /// The name of the top module.
  public static let top = "trace_bench"
  /// How many mismatches of each trace are printed.
  static let printed = 4

  /// The bench with everything in it.
  ///
  /// - Parameter images: what the modules themselves load.
  /// - Returns: a design without ports, which ends when the last trace is over.
  /// - Throws: `TraceBenchError`.
  public func design(images: [Verilog.MemoryImage] = []) throws(TraceBenchError) -> Verilog.Design {
    let players: [TracePlayer]
    let top: Verilog.Module
    do {
      var made: [TracePlayer] = []
      for (index, trace) in traces.enumerated() {
        made.append(try TracePlayer(trace, index: index))
      }
      players = made
      top = try self.top(players.map(\.module))
    } catch {
      throw .module(error)
    }
    do {
      return try Verilog.Design(top, images: images + players.flatMap(\.images))
    } catch {
      throw .design(error)
    }
  }

  private func top(_ players: [Verilog.Module]) throws(Verilog.ModuleError) -> Verilog.Module {
    let clock = Verilog.Signal("clk", .bit)
    let done = Verilog.Signal("done", .unsigned(players.count))
    return try Verilog.Module(
      Self.top,
      summary: ["Plays \(players.count) traces side by side until the last one is over."],
      ports: [],
      sections: [
        Verilog.Section(
          "The clock.",
          registers: [clock],
          [
            .initial([.assign(clock.reference, .bit(false))]),
            .oscillator(clock, halfPeriod: 5),
          ]
        ),
        Verilog.Section(
          "The traces.",
          wires: [done],
          players.enumerated().map { index, player in
            .instance(
              Verilog.Instance(
                "player_\(index)",
                of: player,
                inputs: ["clk_i": clock.value],
                outputs: ["done_o": done.reference.slice(Verilog.Affine(index), bits: 1)]
              )
            )
          } + [.clocked(clock, [.when(.unary(.all, done.value), [.finish])])]
        ),
      ]
    )
  }
}

/// Why there is no bench.
public enum TraceBenchError: Error, Sendable, CustomStringConvertible {
  case module(Verilog.ModuleError)
  case design(Verilog.DesignError)

  public var description: String {
    switch self {
    case .module(let error): "\(error)"
    case .design(let error): "\(error)"
    }
  }
}
