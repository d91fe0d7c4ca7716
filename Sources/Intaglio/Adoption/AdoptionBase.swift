import Foundation
import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioQuantize
import IntaglioRewrite
import IntaglioRuntime

/// What every step of a study stands on: the model, the images, their hashes.
struct AdoptionBase {
  let study: AdoptionStudy
  let model: Model
  /// The model in packed form, in the work folder, and its hash.
  let file: String
  let hash: SHA256Digest
  let fileHash: SHA256Digest?
  let calibrationHash: SHA256Digest
  let evaluationHash: SHA256Digest
  let labels: ClassLabels
  let goodClass: Int?
  let macs: Int
  let candidates: [AdoptionCandidate]

  var options: AdoptionOptions { study.options }
  var images: AdoptionImages { study.images }
  var work: WorkFolder { study.work }

  init(_ study: AdoptionStudy) throws {
    self.study = study
    model = try study.subject.opened.model()
    if model.isQuantized, study.options.statesQuantization {
      throw AdoptionError.hasWidths(model: study.subject.name)
    }
    let unnamed = study.work.file("model.safetensors")
    try model.with(.graph(model.graph.pruned())).save(to: unnamed)
    hash = try SHA256Digest(contentsOf: unnamed)
    file = study.work.file("model-\(hash.description.prefix(12)).safetensors")
    try study.work.rename(unnamed, to: file)
    fileHash =
      study.subject.opened.source.isBuiltIn ? nil : try? SHA256Digest(contentsOf: model.path)
    let classes = try model.graph.logits(model.description.logits).classes
    labels = try study.images.evaluation.labels(
      modelNames: model.description.classNames,
      classCount: classes
    )
    calibrationHash = SHA256Digest(
      of: try study.images.calibration.listing().joined(separator: "\n")
    )
    evaluationHash = SHA256Digest(
      of: zip(try study.images.evaluation.listing(), labels.classes).map { "\($0) \($1)" }
        .joined(separator: "\n")
    )
    macs = Coverage(model.graph).macs
    goodClass = try Self.goodClass(study.options.goodClass, model.description.classNames)
    let others = study.others.map { AdoptionCandidate.given($0.name) }
    candidates =
      model.isQuantized
      ? [.given(study.subject.name)] + others
      : study.options.widths.map { .uniform($0) }
        + study.options.goals.map { .mixed($0.text) } + others
  }

  private static func goodClass(_ asked: String?, _ names: [String]) throws -> Int? {
    guard let asked else { return ClassComparison.goodClass(among: names) }
    if let index = names.firstIndex(of: asked) { return index }
    throw DataError.invalid(
      what: "class without a defect (--good-class)",
      expected: names.isEmpty
        ? "a model that names its classes" : "one of " + names.prefix(12).joined(separator: ", "),
      found: "'\(asked)'"
    )
  }

  /// Whether a width or a model cannot be, which keeps nothing else from being tried.
  static func isRefusal(_ error: any Error) -> Bool {
    error is QuantizeError || error is ProgramError || error is IntegerGraphError
      || error is IntegerOnlyError || error is IntegerOnlyProgramError
  }
}

// MARK: - Answers

extension AdoptionBase {
  /// The answers of a packed model on the images that judge.
  func answers(
    file: String,
    hash: SHA256Digest,
    _ arithmetic: Arithmetic,
    _ told: (@Sendable (Double) -> Void)?
  ) throws -> AdoptionAnswers {
    let key = work.key(
      "answers",
      [hash.description, arithmetic.rawValue, evaluationHash.description]
    )
    return try work.finding(key, isWhole: { work.has($0.file) }) {
      let packed = try Model(contentsOf: file)
      let evaluator = try Evaluator(
        packed,
        program: packed,
        arithmetic: arithmetic,
        threads: options.threads
      )
      let start = ContinuousClock.now
      let found = try evaluator.evaluate(images.evaluation) { stage in
        if case .running(let done, let count) = stage { told?(Double(done) / Double(count)) }
      }
      let classes = found.logits.count / max(found.images, 1)
      let name = key + ".npy"
      try NPYFile.write(
        floats: found.logits,
        shape: [found.images, classes],
        to: work.file(name)
      )
      return AdoptionAnswers(
        file: name,
        images: found.images,
        classes: classes,
        saturations: found.saturations,
        seconds: (ContinuousClock.now - start).seconds
      )
    }
  }

  func logits(_ answers: AdoptionAnswers) throws -> [Float] {
    try NPYFile(contentsOf: work.file(answers.file)).floats()
  }

  func comparison(_ program: [Float], with reference: [Float]) -> AnswerComparison {
    AnswerComparison(
      program: program,
      reference: reference,
      labels: labels.classes,
      goodClass: goodClass
    )
  }

  func timings(
    file: String,
    hash: SHA256Digest,
    _ arithmetic: Arithmetic
  ) throws -> [AdoptionTiming] {
    try [1, 8].map { batch in
      let key = work.key(
        "time",
        [
          hash.description, arithmetic.rawValue, "\(batch)", "\(options.threads)",
          "\(options.seconds)", Machine.processor,
          InstructionSet.supported.map(\.description).joined(separator: " "),
        ]
      )
      return try work.finding(key) { try study.timer(file, arithmetic, batch) }
    }
  }
}

extension AdoptionTiming {
  /// Times a packed model in this process.
  ///
  /// - Parameters:
  ///   - file: a packed model.
  ///   - arithmetic: what it runs in.
  ///   - threads: how many share a call.
  ///   - batch: images in a call.
  ///   - seconds: how long; five calls at least.
  /// - Throws: what opening and running it throw.
  public init(
    of file: String,
    _ arithmetic: Arithmetic,
    threads: Int,
    batch: Int,
    seconds: Double
  ) throws {
    let model = try Model(contentsOf: file)
    let engine = try Engine(
      model.program,
      arithmetic: arithmetic,
      threads: threads,
      logits: model.description.logits
    )
    let samples = RandomImages.draw(batch, size: engine.inputCount, seed: 0)
    let clock = ContinuousClock()
    _ = try engine.logits(samples, count: batch)
    let end = clock.now + .seconds(seconds)
    var times: [Double] = []
    while clock.now < end || times.count < 5 {
      let start = clock.now
      _ = try engine.logits(samples, count: batch)
      times.append((clock.now - start).seconds)
    }
    let timings = Timings(times)
    self.init(
      batch: batch,
      threads: threads,
      calls: times.count,
      p50: timings.median * 1e3,
      p99: timings.p99 * 1e3,
      imagesPerSecond: Double(batch) / timings.median,
      peakBytes: Machine.peakResidentBytes
    )
  }
}

extension DataSet {
  /// A line for every image: its name and the checksum of its bytes.
  func listing() throws(DataError) -> [String] {
    var lines: [String] = []
    for index in 0..<count {
      lines.append("\(name(at: index)) \(try checksum(at: index).text)")
    }
    return lines
  }
}
