public import Intaglio
import IntaglioQuantize
import IntaglioReport

extension AdoptionReport {
  /// - Parameters:
  ///   - result: what a study found.
  ///   - version: of this program.
  ///   - command: how it was called.
  public init(_ result: AdoptionResult, version: String, command: String) {
    let names = Names(result)
    let chosen = result.verdict.candidate.map { result.entries[$0] }
    schema = Self.schema
    verdict = Verdict(result, chosen)
    identity = Identity(
      model: result.reference.name,
      name: result.reference.description.name,
      isQuantized: result.reference.isQuantized,
      fileHash: result.reference.fileHash,
      modelHash: result.reference.modelHash,
      calibrationHash: result.calibrationHash,
      evaluationHash: result.evaluationHash,
      programHash: chosen?.program.hash,
      version: version,
      command: command
    )
    let classCount = result.entries[0].answers.classes
    images = Images(
      calibrationFolder: result.images.calibration.directory,
      calibration: result.images.calibration.count,
      evaluationFolder: result.images.evaluation.directory,
      evaluation: result.images.evaluation.count,
      classes: classCount,
      withoutImages: classCount - Set(result.labels.classes).count,
      labels: result.labels.matching,
      unreadable: result.images.unreadable
    )
    reference = Row(result.reference)
    candidates = result.entries.map(Row.init)
    dequantized = chosen.flatMap { entry in
      result.details.flatMap { details in
        details.dequantized.map { Row(dequantized: entry, $0, details.dequantizedTimings, result) }
      }
    }
    failures = result.failures
    classes = (chosen?.comparison.classes).map { Classes($0, names) }
    flips =
      chosen?.comparison.flips.map { flip in
        Flip(
          image: result.images.evaluation.name(at: flip.image),
          label: names[flip.label],
          reference: names[flip.reference],
          program: names[flip.program],
          isLost: flip.reference == flip.label,
          isWon: flip.program == flip.label,
          divergence: flip.divergence
        )
      } ?? []
    proof = chosen.map {
      Proof(
        multiplications: $0.program.multiplications,
        integerMultiplications: $0.program.integerMultiplications,
        operations: $0.program.operations,
        floatOperations: $0.program.floatOperations,
        accumulatorBits: $0.program.accumulatorBits,
        streamBits: $0.program.streamBits,
        saturations: $0.answers.saturations.filter { $0.count > 0 }
      )
    }
    layers = chosen.map { Layer.layers($0.program, result.details?.sensitivity) } ?? []
    values = result.details?.layers
    kernels = result.details?.kernels
    hardware = result.details?.hardware
    provenance = Provenance.all(program: chosen?.program.file, result)
    processor = Machine.processor
    threads = result.options.threads
  }
}

/// What classes are called.
private struct Names {
  private let names: [String]

  init(_ result: AdoptionResult) { names = result.classNames }

  subscript(_ index: Int?) -> String {
    guard let index else { return "–" }
    return names.indices.contains(index) ? names[index] : "\(index)"
  }
}

extension AdoptionReport.Verdict {
  fileprivate init(_ result: AdoptionResult, _ chosen: AdoptionResult.Entry?) {
    let interval = chosen?.comparison.paired.interval95
    self.init(
      standing: result.verdict.standing,
      candidate: chosen?.candidate.name,
      maxDrop: result.options.maxDrop,
      images: result.images.evaluation.count,
      drop: (chosen?.comparison.paired.drop).map { $0 * 100 },
      dropLow: (interval?.lowerBound).map { $0 * 100 },
      dropHigh: (interval?.upperBound).map { $0 * 100 },
      imagesMissing: result.verdict.imagesMissing,
      program: chosen?.program.file,
      budget: result.options.budget
    )
  }
}

extension AdoptionReport.Row {
  private struct Cost {
    let bytes: Int
    let bitOperations: Int
    let energy: Double
  }

  private init(
    _ name: String,
    _ comparison: AnswerComparison,
    _ timings: [AdoptionTiming],
    _ cost: Cost,
    _ entry: AdoptionResult.Entry? = nil,
    isProgram: Bool = true
  ) {
    let interval = comparison.paired.interval95
    self.init(
      name: name,
      candidate: isProgram ? entry?.candidate : nil,
      standing: isProgram ? entry?.standing : nil,
      isWithinBudget: entry?.isWithinBudget ?? true,
      meanWeightBits: entry?.program.meanWeightBits,
      meanActivationBits: entry?.program.meanActivationBits,
      top1: .init(comparison.top1),
      top5: .init(comparison.top5),
      drop: comparison.paired.drop * 100,
      dropLow: interval.lowerBound * 100,
      dropHigh: interval.upperBound * 100,
      pValue: comparison.paired.pValue,
      lost: comparison.paired.lost,
      won: comparison.paired.won,
      sameAnswers: .init(comparison.agreement),
      divergence: comparison.divergence,
      logitDecibels: comparison.logitDecibels,
      notFinite: comparison.notFinite,
      bytes: cost.bytes,
      bitOperations: cost.bitOperations,
      energy: cost.energy,
      timings: timings,
      saturations: isProgram ? entry?.answers.saturations.reduce(0) { $0 + $1.count } ?? 0 : 0,
      file: isProgram ? entry?.program.file : entry?.program.quantizedFile,
      hash: isProgram ? entry?.program.hash : nil
    )
  }

  fileprivate init(_ reference: AdoptionResult.Reference) {
    let bytes = reference.parameters * 4
    self.init(
      "float32",
      reference.comparison,
      reference.timings,
      Cost(
        bytes: bytes,
        bitOperations: reference.macs * 32 * 32,
        energy: AdoptionEnergy.float32(macs: reference.macs, bytes: bytes)
      )
    )
  }

  fileprivate init(_ entry: AdoptionResult.Entry) {
    let program = entry.program
    self.init(
      entry.candidate.name,
      entry.comparison,
      entry.timings,
      Cost(
        bytes: program.bytes,
        bitOperations: program.bitOperations,
        energy: AdoptionEnergy.integers(
          macs: program.layers.reduce(0) { $0 + $1.macs },
          bitOperations: program.bitOperations,
          bytes: program.bytes
        )
      ),
      entry
    )
  }

  /// The widths of `entry`, dequantized first.
  fileprivate init(
    dequantized entry: AdoptionResult.Entry,
    _ comparison: AnswerComparison,
    _ timings: [AdoptionTiming],
    _ result: AdoptionResult
  ) {
    self.init(
      "\(entry.candidate.name), dequantized first",
      comparison,
      timings,
      Cost(
        bytes: entry.program.bytes,
        bitOperations: result.reference.macs * 32 * 32,
        energy: AdoptionEnergy.float32(macs: result.reference.macs, bytes: entry.program.bytes)
      ),
      entry,
      isProgram: false
    )
  }
}

extension AdoptionReport.Classes {
  fileprivate init(_ comparison: ClassComparison, _ names: Names) {
    self.init(
      recalls: comparison.recalls.map {
        .init(name: names[$0.label], reference: .init($0.reference), program: .init($0.program))
      },
      worse: comparison.worse.prefix(20).map {
        .init(
          label: names[$0.label],
          answer: names[$0.answer],
          reference: $0.reference,
          program: $0.program
        )
      },
      defects: comparison.defects.map { defects in
        .init(
          goodClass: names[defects.goodClass],
          good: defects.good,
          defective: defects.defective,
          referenceArea: defects.area.reference,
          programArea: defects.area.program,
          missed: defects.missed.map {
            .init(
              falseAlarms: $0.falseAlarms,
              reference: .init($0.reference),
              program: .init($0.program)
            )
          }
        )
      }
    )
  }
}

extension AdoptionReport.Layer {
  fileprivate static func layers(
    _ program: AdoptionProgram,
    _ sensitivity: WidthSensitivity?
  ) -> [AdoptionReport.Layer] {
    program.layers.map { layer in
      let (weights, activations) = (
        sensitivity?.weights[layer.name], sensitivity?.activations[layer.name]
      )
      var isolated: Double?
      if let activations {
        isolated = activations[layer.activations]
        if let weights, let bits = layer.weights { isolated = (isolated ?? 0) + weights[bits] }
      }
      return AdoptionReport.Layer(
        name: layer.name,
        weights: layer.weights,
        activations: layer.activations,
        macs: layer.macs,
        bytes: layer.weightBytes,
        accumulatorBits: layer.accumulatorBits,
        isEdge: layer.isEdge,
        isolated: isolated,
        byWeightBits: weights?.measured,
        byActivationBits: activations?.measured
      )
    }
  }
}

extension AdoptionReport.Provenance {
  /// Commands that give the numbers again, with paths relative to the work folder's.
  fileprivate static func all(
    program: String?,
    _ result: AdoptionResult
  ) -> [AdoptionReport.Provenance] {
    let file = program ?? "PROGRAM.intaglio"
    let data = result.images.evaluation.directory
    return [
      .init(
        keys: "*.top1, *.drop, *.lost, *.won, *.sameAnswers, *.divergence, classes, flips",
        kind: .measured,
        command: "intaglio quantize MODEL --calibration DIR --data \(data) …",
        note:
          "intervals of single shares: Wilson 1927; of drops: Tango 1998; p: McNemar's exact test"
      ),
      .init(
        keys: "*.timings",
        kind: .measured,
        command: "intaglio bench \(file) --batch 1 --threads \(result.options.threads)",
        note: "inputs ready in memory; peak memory of a process of its own"
      ),
      .init(
        keys: "*.energy",
        kind: .computed,
        command: "intaglio report",
        note: AdoptionEnergy.formula + ": Horowitz, ISSCC 2014, 45 nm"
      ),
      .init(
        keys: "*.bytes, *.bitOperations",
        kind: .computed,
        command: "intaglio integerize \(file) --json",
        note: "bit operations: Σ MACs · bits · bits"
      ),
      .init(
        keys: "proof",
        kind: .proved,
        command: "intaglio integerize \(file)",
        note: "saturations: measured over all images that judge"
      ),
      .init(
        keys: "layers, values",
        kind: .measured,
        command:
          "intaglio compare float32:MODEL float32:QUANTIZED --data \(data) --limit \(result.options.layerImages)",
        note:
          "layers.*.isolated: on calibration images; values: on \(result.options.layerImages) images that judge"
      ),
      .init(
        keys: "kernels",
        kind: .measured,
        command: "intaglio selftest",
        note: "the logits of the same images on every instruction set, compared bit by bit"
      ),
      .init(
        keys: "hardware",
        kind: .computed,
        command: "intaglio hardware report \(file)"
          + (result.options.power == nil ? "" : " --power POWER.json"),
        note: "by the cycle model that 'hardware verify' checks against simulators"
          + (result.options.power == nil
            ? "" : "; picojoules, area: times units that 'hardware power' measured")
      ),
    ]
  }
}
