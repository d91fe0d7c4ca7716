import IntaglioGraph
public import IntaglioHardware

/// A machine in a simulator against the oracle, image by image, bit by bit.
public struct HardwareVerification: Sendable {
  public let simulator: Simulator
  public let images: Int
  public let result: StreamResult
  /// What the cycle model says for every image.
  public let expectedCycles: Int
  /// Whether other cycles are no fault: in a design that somebody changed.
  public var mayTakeLonger = false

  /// Whether every output and every cycle is as it should be.
  public var isEqual: Bool {
    result.isEqual && (mayTakeLonger || result.cycles == expectedCycles...expectedCycles)
  }
}

/// What is sent to a machine and what it must answer.
public struct HardwareVectors: Sendable {
  public let inputs: [[StreamBench.Beat]]
  public let outputs: [[StreamBench.Beat]]
}

extension HardwareModule {
  /// The vectors of `samples`, inputs of the whole model, by the oracle.
  ///
  /// - Parameters:
  ///   - samples: one array each.
  ///   - threads: how many are in work at a time.
  ///   - progress: told how many are done.
  /// - Returns: beats of every sample.
  /// - Throws: `EvaluationError`.
  public func vectors(
    _ samples: [[Float]],
    threads: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> HardwareVectors {
    let inputName = inputName
    let oracle = try Oracle<Double>(proof.graph)
    let kept = Set((panels.inputs + panels.outputs).map(\.value))
    let found = try ParallelMap(threads: threads).map(samples.count) { index in
      let values = try oracle.values(
        kept,
        of: [inputName: .real(samples[index].map(Double.init))]
      )
      func beats(_ ports: [PanelProgram.Port]) -> [StreamBench.Beat] {
        ports.flatMap { machine.beats(of: $0, values[$0.value]?.integers ?? []) }
      }
      return (beats(panels.inputs), beats(panels.outputs))
    } progress: {
      progress?($0)
    }
    return HardwareVectors(inputs: found.map(\.0), outputs: found.map(\.1))
  }

  /// What the model calls its input; only graphs with one are models.
  private var inputName: String {
    for value in proof.graph.inputs {
      if case .input(let name, _) = proof.graph[value].operation { return name }
    }
    return ""
  }

  /// The numbers of every panel for one input of the whole model.
  ///
  /// - Throws: `EvaluationError`.
  func memory(for sample: [Float]) throws -> [[Int]] {
    let values = try Oracle<Double>(proof.graph).values(
      Set(panels.inputs.map(\.value)),
      of: [inputName: .real(sample.map(Double.init))]
    )
    return panels.evaluate(values.compactMapValues(\.integers))
  }

  /// Cycles from which on the optimized build of a simulation saves more than it costs.
  private static let longRun = 3_000_000
  /// How many times as long as the cycle model says a machine may take, and one that somebody changed, before it
  /// counts as stuck.
  private static let patience = (own: 2, edited: 16)

  /// Simulates the machine on `vectors`.
  ///
  /// - Parameters:
  ///   - vectors: what is sent and expected.
  ///   - edited: a folder with this design, in which files may have been changed, that takes its place; other
  ///     cycles are no fault then.
  ///   - simulator: what runs it.
  ///   - stalls: how many cycles of 1,024 either stream pauses.
  ///   - seed: of the pauses.
  ///   - folder: gets all files, or copies of them; exists.
  /// - Returns: what was compared and counted.
  /// - Throws: `SimulationError`, `HardwareFolderError`.
  public func verify(
    _ vectors: HardwareVectors,
    edited: HardwareFolder? = nil,
    simulator: Simulator,
    stalls: Int,
    seed: UInt32,
    in folder: String
  ) throws -> HardwareVerification {
    let cycles = machine.timing.latency
    let patience = edited == nil ? Self.patience.own : Self.patience.edited
    let bench = StreamBench(
      design.top,
      laneBits: machine.laneBits,
      inputs: vectors.inputs,
      outputs: vectors.outputs,
      stalls: stalls,
      seed: seed,
      weights: machine.hasLoadableWeights ? machine.weightBeats : [],
      patience: patience * cycles + 100_000
    )
    let isLong = cycles * vectors.inputs.count > Self.longRun
    let result =
      if let edited {
        try simulator.run(bench, in: edited, copiedTo: folder, isLong: isLong)
      } else {
        try simulator.run(bench, images: design.images, in: folder, isLong: isLong)
      }
    return HardwareVerification(
      simulator: simulator,
      images: vectors.inputs.count,
      result: result,
      expectedCycles: cycles,
      mayTakeLonger: edited != nil
    )
  }
}

extension Simulator {
  /// Runs `bench` around what lies in a folder.
  fileprivate func run(
    _ bench: StreamBench,
    in edited: HardwareFolder,
    copiedTo folder: String,
    isLong: Bool
  ) throws -> StreamResult {
    let sources = try edited.copy(to: folder)
    do throws(SimulationError) {
      return try run(bench, around: sources, in: folder, isLong: isLong)
    } catch {
      guard case .tool(.silent(_, let output)) = error,
        let line = output.split(separator: "\n").first(where: { $0.hasPrefix("STUCK") })
      else { throw error }
      throw HardwareFolderError.stuck(folder: edited.path, String(line.dropFirst(6)))
    }
  }
}
