import IntaglioData
import IntaglioGraph
import IntaglioHardware
import IntaglioRuntime

extension AdoptionBase {
  /// What the recommended program is asked beyond its answers and its time.
  func details(
    _ program: AdoptionProgram,
    _ reference: [Float],
    _ steps: inout AdoptionSteps
  ) throws -> AdoptionResult.Details {
    let file = work.file(program.file)
    var dequantized: AnswerComparison?
    var timings: [AdoptionTiming] = []
    if let before = program.quantizedFile.map(work.file) {
      let hash = try SHA256Digest(contentsOf: before)
      let answers = try steps.next("answers, dequantized first", of: .answers(.float32)) {
        try self.answers(file: before, hash: hash, .float32, $0)
      }
      dequantized = comparison(try logits(answers), with: reference)
      timings = try steps.next("time, dequantized first", of: .timing) { _ in
        try self.timings(file: before, hash: hash, .float32)
      }
    } else {
      steps.skip(.answers(.float32), .timing)
    }
    return AdoptionResult.Details(
      dequantized: dequantized,
      dequantizedTimings: timings,
      layers: try steps.next("layers", of: .layers) { try layers(program, $0) },
      kernels: try steps.next("kernels", of: .kernels) { _ in try kernels(file, program.hash) },
      hardware: try steps.next("hardware", of: .hardware) { _ in
        try hardware(file, program.hash)
      }
    )
  }

  /// Every layer of the program beside the model, on a few of the images that judge.
  private func layers(
    _ program: AdoptionProgram,
    _ told: (@Sendable (Double) -> Void)?
  ) throws -> [AdoptionLayer] {
    let key = work.key(
      "layers",
      [
        hash.description, program.hash.description, evaluationHash.description,
        "\(options.layerImages)",
      ]
    )
    return try work.finding(key) {
      let some = images.evaluation.evenly(options.layerImages)
      let comparison = try LayerwiseComparison(
        ComparisonSide(model, arithmetic: .float32, threads: options.threads),
        ComparisonSide(
          Model(contentsOf: work.file(program.file)),
          arithmetic: .integerOnly,
          threads: options.threads
        ),
        threads: options.threads
      )
      return try comparison.run(some) { told?(Double($0) / Double(some.count)) }.layers.map {
        AdoptionLayer($0)
      }
    }
  }

  /// The logits of some images on every kernel of this machine.
  private func kernels(_ file: String, _ hash: SHA256Digest) throws -> AdoptionKernels {
    let sets = InstructionSet.supported
    let names = sets.map(\.description)
    let key = work.key(
      "kernels",
      [
        hash.description, evaluationHash.description, "\(options.kernelImages)",
        names.joined(separator: " "),
      ]
    )
    return try work.finding(key) {
      let packed = try Model(contentsOf: file)
      let some = images.evaluation.evenly(options.kernelImages)
      let preprocessing = try packed.preprocessing()
      var first: [UInt32]?
      var differing: [String] = []
      for (set, name) in zip(sets, names) {
        let engine = try Engine(
          packed.program,
          arithmetic: .integerOnly,
          threads: options.threads,
          kernels: KernelTable(limit: set),
          logits: packed.description.logits
        )
        let input = engine.modelInput
        let samples = try (0..<some.count).flatMap { try input.sample(some, $0, preprocessing) }
        let bits = try engine.logits(samples, count: some.count).map(\.bitPattern)
        if let first, first != bits { differing.append(name) }
        first = first ?? bits
      }
      return AdoptionKernels(instructionSets: names, images: some.count, differing: differing)
    }
  }

  /// What parts of the program take on an array, by the cycle model.
  private func hardware(_ file: String, _ hash: SHA256Digest) throws -> AdoptionHardware {
    try work.finding(work.key("hardware", [hash.description, "\(options.tile)"])) {
      let program = try ModelSource(file).open().program(ProgramOptions(.integerOnly))
      let survey = try HardwareSurvey(program, tile: options.tile)
      return AdoptionHardware(
        parts: survey.parts.flatMap { part in
          part.costs.prefix(1).map { cost in
            AdoptionHardware.Part(
              part: part.part.description,
              array: cost.tile,
              cycles: cost.cycles,
              utilization: cost.utilization
            )
          }
        },
        missing: survey.missing.map { "\($0.part): \($0.reason)" }
      )
    }
  }
}

extension AdoptionLayer {
  fileprivate init(_ layer: ComparedLayer) {
    func decibels(_ ratio: Ratio?) -> Double? {
      if case .decibels(let value) = ratio { value } else { nil }
    }
    self.init(
      name: layer.name,
      kind: layer.kind,
      isolated: decibels(layer.local),
      cumulative: decibels(layer.cumulative),
      clipped: layer.b.clipped.map { Double($0) / Double(max(layer.b.elements, 1)) },
      usedCodes: layer.b.codes.map { $0.upperBound - $0.lowerBound + 1 }
    )
  }
}
