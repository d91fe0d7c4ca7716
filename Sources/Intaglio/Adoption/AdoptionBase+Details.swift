import IntaglioData
import IntaglioGraph
import IntaglioQuantize
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
      sensitivity: options.measuresSensitivity
        ? try steps.next("sensitivity", of: .sensitivity) { try sensitivity($0) } : nil,
      layers: try steps.next("layers", of: .layers) { try layers(program, $0) },
      kernels: try steps.next("kernels", of: .kernels) { _ in try kernels(file, program.hash) },
      hardware: try steps.next("hardware", of: .hardware) { _ in
        try hardware(file, program.hash)
      }
    )
  }

  /// The residual streams of the program beside the model's, and its codes, on a few of the images that judge.
  private func layers(
    _ program: AdoptionProgram,
    _ told: (@Sendable (Double) -> Void)?
  ) throws -> AdoptionLayers {
    let key = work.key(
      "layers",
      [
        hash.description, program.hash.description, evaluationHash.description,
        "\(options.layerImages)",
      ]
    )
    return try work.finding(key) {
      let some = images.evaluation.evenly(options.layerImages)
      func compare(
        _ a: ComparisonSide,
        _ b: ComparisonSide,
        _ share: Double
      ) throws
        -> [ComparedLayer]
      {
        try LayerwiseComparison(a, b, threads: options.threads).run(some) {
          told?(share + 0.5 * Double($0) / Double(some.count))
        }.layers
      }
      // Against itself: what is wanted is the codes.
      let packed = try ComparisonSide(
        Model(contentsOf: work.file(program.file)),
        arithmetic: .integerOnly
      )
      let codes = try compare(packed, packed, 0).compactMap { layer in
        layer.b.codes.map { codes in
          AdoptionLayers.Codes(
            name: layer.name,
            clipped: layer.b.clipped.map { Double($0) / Double(max(layer.b.elements, 1)) },
            usedCodes: codes.upperBound - codes.lowerBound + 1
          )
        }
      }
      var streams: [AdoptionLayers.Stream] = []
      if let before = program.quantizedFile {
        let quantized = try ComparisonSide(
          Model(contentsOf: work.file(before)),
          arithmetic: .float32
        )
        let names = Set(program.streams)
        // Between streams the same name may stand for another number: means and scales go round products.
        streams = try compare(ComparisonSide(model, arithmetic: .float32), quantized, 0.5)
          .filter { names.contains($0.name) || $0.kind == "output" }
          .map { layer in
            var decibels: Double?
            if case .decibels(let value) = layer.cumulative { decibels = value }
            return AdoptionLayers.Stream(name: layer.name, decibels: decibels)
          }
      }
      return AdoptionLayers(images: some.count, streams: streams, codes: codes)
    }
  }

  /// What narrow operands of every multiplication do to the answers; `nil` for a model that is quantized already.
  func sensitivity(_ told: (@Sendable (Double) -> Void)?) throws -> WidthSensitivity? {
    guard !model.isQuantized else { return nil }
    let key = work.key(
      "sensitivity",
      [
        hash.description, calibrationHash.description,
        options.without.map(\.rawValue).sorted().joined(separator: " "),
      ]
    )
    return try work.finding(key) {
      var quantize = QuantizeOptions()
      quantize.without = options.without
      return try QuantizedModel.sensitivity(
        of: model,
        quantize,
        calibration: images.calibration,
        threads: options.threads
      ) {
        told?(Double($0.done) / Double(max($0.total, 1)))
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
}
