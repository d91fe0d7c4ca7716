import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioQuantize
import IntaglioRewrite

extension AdoptionBase {
  /// The program of a candidate at `index` among them: found before, or made.
  func program(
    _ candidate: AdoptionCandidate,
    _ index: Int,
    _ told: (@Sendable (Double) -> Void)?
  ) throws -> AdoptionProgram {
    switch candidate {
    case .uniform(let widths):
      var quantize = QuantizeOptions(weights: widths.weights, activations: widths.activations)
      quantize.without = options.without
      return try quantized(candidate, quantize, goals: [], told)
    case .mixed(let goal):
      var quantize = QuantizeOptions(weights: 8, activations: 8)
      quantize.without = options.without
      return try quantized(candidate, quantize, goals: [WidthGoal(goal)].compactMap { $0 }, told)
    case .given:
      let others = candidates.count - study.others.count
      return try given(index < others ? study.subject : study.others[index - others], told)
    }
  }

  private func quantized(
    _ candidate: AdoptionCandidate,
    _ quantize: QuantizeOptions,
    goals: [WidthGoal],
    _ told: (@Sendable (Double) -> Void)?
  ) throws -> AdoptionProgram {
    let key = work.key(
      "program-" + candidate.fileName,
      [
        hash.description, calibrationHash.description, candidate.name,
        options.without.map(\.rawValue).sorted().joined(separator: " "),
      ]
    )
    return try work.finding(key, isWhole: isWhole) {
      let start = ContinuousClock.now
      let made = try QuantizedModel(
        model,
        quantize,
        goals: goals,
        sensitivity: goals.isEmpty ? nil : sensitivity(nil),
        calibration: images.calibration,
        threads: options.threads
      ) { stage in
        switch stage {
        // The widths are half of the work where they are chosen.
        case .widths(.sensitivity(let progress)):
          told?(0.3 * Double(progress.done) / Double(max(progress.total, 1)))
        case .widths(.trial(_, let done, let count)):
          told?(0.3 + 0.2 * Double(done) / Double(max(count, 1)))
        case .layer(_, let done, let count):
          let share = Double(done) / Double(max(count, 1))
          told?(goals.isEmpty ? share : 0.5 + share / 2)
        case .streams: break
        }
      }
      let (file, before) = (key + ".intaglio", key + "-quantized.safetensors")
      let bytes = try made.program.model.save(to: work.file(file)).fileBytes
      try made.quantized.with(.graph(made.quantized.graph.pruned())).save(to: work.file(before))
      return try AdoptionProgram(
        made.program,
        layers: made.layers,
        file: file,
        bytes: bytes,
        hash: SHA256Digest(contentsOf: work.file(file)),
        quantizedFile: before,
        seconds: (ContinuousClock.now - start).seconds
      )
    }
  }

  /// A model that was quantized before.
  private func given(
    _ subject: AdoptionStudy.Subject,
    _ told: (@Sendable (Double) -> Void)?
  ) throws -> AdoptionProgram {
    let source = try subject.opened.model()
    // Before what is known of it: that may be from beside another model.
    try check(source, subject.name)
    let unnamed = work.file("given.safetensors")
    try source.with(.graph(source.graph.pruned())).save(to: unnamed)
    let hash = try SHA256Digest(contentsOf: unnamed)
    let key = work.key("program-given", [hash.description, calibrationHash.description])
    return try work.finding(key, isWhole: isWhole) {
      let start = ContinuousClock.now
      let count = images.calibration.count
      let program = try subject.opened.program(
        ProgramOptions(.integerOnly),
        calibration: images.calibration,
        threads: options.threads
      ) {
        told?(Double($0) / Double(max(count, 1)))
      }
      guard program.proof != nil else { throw subject.opened.notInteger(program) }
      let (file, before) = (key + ".intaglio", key + "-quantized.safetensors")
      let bytes = try program.model.save(to: work.file(file)).fileBytes
      let isProgram = source.graph.hasIntegerOperations
      if !isProgram { try work.rename(unnamed, to: work.file(before)) }
      return try AdoptionProgram(
        program,
        layers: QuantizedLayer.layers(of: program.coverage),
        file: file,
        bytes: bytes,
        hash: SHA256Digest(contentsOf: work.file(file)),
        quantizedFile: isProgram ? nil : before,
        seconds: (ContinuousClock.now - start).seconds
      )
    }
  }

  /// - Throws: where a model has other classes or another input than the one that it is judged beside.
  private func check(_ other: Model, _ name: String) throws {
    let (mine, its) = (
      try model.graph.logits(model.description.logits).classes,
      try other.graph.logits(other.description.logits).classes
    )
    guard mine == its else {
      throw DataError.invalid(
        what: "classes of \(name)",
        expected: "\(mine), as the model has that it is judged beside",
        found: "\(its)"
      )
    }
    let (names, others) = (model.description.classNames, other.description.classNames)
    guard names.isEmpty || others.isEmpty || names == others else {
      let index = zip(names, others).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
      throw DataError.invalid(
        what: "class \(index) of \(name)",
        expected: "'\(names[index])', as the model has that it is judged beside",
        found: "'\(others[index])'"
      )
    }
  }

  private func isWhole(_ program: AdoptionProgram) -> Bool {
    (try? SHA256Digest(contentsOf: work.file(program.file))) == program.hash
      && program.quantizedFile.map { work.has($0) } ?? true
  }
}

extension AdoptionCandidate {
  /// Its name as a part of a file's.
  fileprivate var fileName: String {
    String(name.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
  }
}

extension AdoptionProgram {
  fileprivate init(
    _ program: Program,
    layers: [QuantizedLayer],
    file: String,
    bytes: Int,
    hash: SHA256Digest,
    quantizedFile: String?,
    seconds: Double
  ) throws {
    let graph = try program.model.program.integerOnly().graph
    let bits = Dictionary(
      program.coverage.entries.map { ($0.node, $0.accumulatorBits) },
      uniquingKeysWith: { first, _ in first }
    )
    let integers = graph.live.filter { value in
      !graph[value].operands.isEmpty && graph.type(of: value).isInteger
    }
    self.init(
      file: file,
      bytes: bytes,
      hash: hash,
      layers: layers.map { layer in
        Layer(
          name: layer.name,
          weights: layer.widths.weights,
          activations: layer.widths.activations,
          macs: layer.macs,
          weightBytes: (layer.weightCount * (layer.widths.weights ?? 0) + 7) / 8,
          accumulatorBits: bits[layer.name] ?? nil,
          isEdge: layer.isEdge
        )
      },
      meanWeightBits: layers.meanWeightBits,
      meanActivationBits: layers.meanActivationBits,
      bitOperations: layers.bitOperations,
      multiplications: program.coverage.total,
      integerMultiplications: program.coverage.integer,
      // The proof that the program carries: no real value between its first codes and its last accumulators.
      floatOperations: 0,
      operations: integers.count,
      accumulatorBits: program.coverage.entries.compactMap(\.accumulatorBits).max() ?? 0,
      streamBits: Set(program.integerOnly?.streams.map(\.format.type.bits) ?? []).sorted(),
      streams: program.integerOnly?.streams.map(\.name) ?? [],
      quantizedFile: quantizedFile,
      seconds: seconds
    )
  }
}

extension QuantizedLayer {
  /// The multiplications of a model that was quantized before.
  fileprivate static func layers(of coverage: Coverage) -> [QuantizedLayer] {
    coverage.entries.enumerated().map { index, entry in
      let extents = entry.extents
      let weights = entry.hasConstantWeights
      return QuantizedLayer(
        name: entry.node,
        widths: LayerWidths(
          weights: weights ? entry.right?.bits : nil,
          activations: entry.left?.bits ?? 8
        ),
        weightCount: weights ? extents.suffix(2).reduce(1, *) : 0,
        macs: entry.macs,
        isEdge: index == 0 || index == coverage.entries.count - 1
      )
    }
  }
}
