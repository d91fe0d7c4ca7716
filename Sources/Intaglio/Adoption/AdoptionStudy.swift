import IntaglioData
import IntaglioQuantize

/// Tries a model at several widths and says which keeps what is asked for.
///
/// Every finding is kept in a folder by the hash of what it depends on; what is there is not found again. Programs and
/// answers follow from model, images and options alone, and are the same in every run, for any number of threads.
public struct AdoptionStudy: Sendable {
  /// A model that answers, and how it was called.
  public struct Subject: Sendable {
    public let name: String
    public let opened: OpenedModel

    public init(name: String, opened: OpenedModel) { (self.name, self.opened) = (name, opened) }
  }

  /// Times a packed model.
  ///
  /// - Parameters: the file, the arithmetic, images in a call.
  public typealias Timer = @Sendable (String, Arithmetic, Int) throws -> AdoptionTiming

  let options: AdoptionOptions
  let subject: Subject
  /// Programs that were made before, beside those that the study makes.
  let others: [Subject]
  let images: AdoptionImages
  let work: WorkFolder
  let timer: Timer

  /// - Parameters:
  ///   - subject: a float model, which is quantized, or a quantized one as it is.
  ///   - others: quantized models and programs of the same classes, which are judged beside it.
  ///   - images: what calibrates and what judges.
  ///   - options: what is tried.
  ///   - work: where findings are kept.
  ///   - timer: what times a program; `AdoptionTiming.init(of:…)` in a process of its own measures memory, too.
  public init(
    _ subject: Subject,
    others: [Subject] = [],
    images: AdoptionImages,
    options: AdoptionOptions,
    work: WorkFolder,
    timer: @escaping Timer
  ) {
    (self.subject, self.others, self.images) = (subject, others, images)
    (self.options, self.work, self.timer) = (options, work, timer)
  }

  /// Finds all that is not there yet.
  ///
  /// - Parameter progress: told how far it is.
  /// - Returns: what was found, now or before.
  /// - Throws: `AdoptionError.notQuantized` where no candidate becomes a program; what reading models and images,
  ///   `Evaluator` and `timer` throw. A width that cannot be is no error; it is among the failures.
  public func run(
    progress: (@Sendable (AdoptionProgress) -> Void)? = nil
  ) throws -> AdoptionResult {
    let base = try AdoptionBase(self)
    let candidates = base.candidates
    var steps = AdoptionSteps(candidates.count, base: base, report: progress)
    let float = try steps.next("float32 answers", of: .answers(.float32)) { told in
      try base.answers(file: base.file, hash: base.hash, .float32, told)
    }
    let reference = try base.logits(float)

    var found: [(candidate: AdoptionCandidate, program: AdoptionProgram, answers: AdoptionAnswers)]
    var failures: [AdoptionResult.Failure] = []
    found = []
    for (index, candidate) in candidates.enumerated() {
      do {
        let program = try steps.next("program \(candidate.name)", of: .program) { told in
          try base.program(candidate, index, told)
        }
        let answers = try steps.next("answers \(candidate.name)", of: .answers(.integerOnly)) {
          try base.answers(file: work.file(program.file), hash: program.hash, .integerOnly, $0)
        }
        found.append((candidate, program, answers))
      } catch let error where AdoptionBase.isRefusal(error) {
        failures.append(.init(candidate: candidate.name, reason: "\(error)"))
        steps.skip(.program, .answers(.integerOnly))
      }
    }
    guard !found.isEmpty else {
      throw AdoptionError.notQuantized(
        model: subject.name,
        reason: failures.first?.reason ?? "nothing was tried"
      )
    }
    let floatTimings = try steps.next("time of float32", of: .timing) { _ in
      try base.timings(file: base.file, hash: base.hash, .float32)
    }
    var entries: [AdoptionResult.Entry] = []
    for (candidate, program, answers) in found {
      let timings = try steps.next("time of \(candidate.name)", of: .timing) { _ in
        try base.timings(file: work.file(program.file), hash: program.hash, .integerOnly)
      }
      let comparison = base.comparison(try base.logits(answers), with: reference)
      entries.append(
        AdoptionResult.Entry(
          candidate: candidate,
          program: program,
          comparison: comparison,
          answers: answers,
          timings: timings,
          standing: AdoptionStanding(comparison.paired, maxDrop: options.maxDrop),
          isWithinBudget: options.budget.allows(program, timings)
        )
      )
    }
    entries.sort {
      ($1.program.bitOperations, $1.program.bytes) < ($0.program.bitOperations, $0.program.bytes)
    }
    let verdict = AdoptionVerdict(
      entries.map {
        .init(
          paired: $0.comparison.paired,
          bitOperations: $0.program.bitOperations,
          isWithinBudget: $0.isWithinBudget
        )
      },
      maxDrop: options.maxDrop
    )
    let details = try verdict.candidate.map {
      try base.details(entries[$0].program, reference, &steps)
    }
    return AdoptionResult(
      options: options,
      images: images,
      calibrationHash: base.calibrationHash,
      evaluationHash: base.evaluationHash,
      labels: base.labels,
      classNames: base.model.description.classNames,
      goodClass: base.goodClass,
      reference: AdoptionResult.Reference(
        name: subject.name,
        fileHash: base.fileHash,
        modelHash: base.hash,
        description: base.model.description,
        isQuantized: base.model.isQuantized,
        parameters: base.model.parameterCount,
        macs: base.macs,
        comparison: base.comparison(reference, with: reference),
        timings: floatTimings
      ),
      entries: entries,
      failures: failures,
      verdict: verdict,
      details: details
    )
  }
}

extension AdoptionBudget {
  /// Whether a program is within all limits.
  func allows(_ program: AdoptionProgram, _ timings: [AdoptionTiming]) -> Bool {
    if let bytes, program.bytes > bytes { return false }
    if let bitOperations, program.bitOperations > bitOperations { return false }
    if let milliseconds, let one = timings.first(where: { $0.batch == 1 }) {
      return one.p50 <= milliseconds
    }
    return true
  }
}
