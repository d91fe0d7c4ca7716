import IntaglioData
import IntaglioGraph

/// Names what is in images.
public struct Classifier: Sendable {
  public struct Candidate: Sendable {
    public let index: Int
    /// `nil` when the model names no classes.
    public let name: String?
    /// Not a number where the logits have no softmax: one of them is NaN or infinitely large.
    public let probability: Double
    public let logit: Float

    package init(index: Int, name: String?, probability: Double, logit: Float) {
      (self.index, self.name) = (index, name)
      (self.probability, self.logit) = (probability, logit)
    }
  }

  public struct Prediction: Sendable {
    public let image: String
    /// The likeliest first.
    public let candidates: [Candidate]
    /// How many logits are NaN or infinitely large; with any there is no answer.
    public let notFinite: Int
    /// Whether the model's own answers are probabilities, which are shown as they are.
    public let areProbabilities: Bool

    package init(
      image: String,
      candidates: [Candidate],
      notFinite: Int = 0,
      areProbabilities: Bool = false
    ) {
      (self.image, self.candidates) = (image, candidates)
      (self.notFinite, self.areProbabilities) = (notFinite, areProbabilities)
    }
  }

  let model: Model
  let engine: Engine
  /// The file of a stored plan, which does not hold its graph.
  let stored: OpenedModel?
  /// Why the program is none of integers where nothing was asked for.
  public let note: String?

  /// What is known of the model that may change its answers, such as settings taken from a convention.
  public var notes: [String] { model.description.notes }

  /// Whether the model's own answers are probabilities already: it ends in a softmax or a logistic
  /// function.
  public var answersAreProbabilities: Bool {
    model.description.probabilities?.contains(engine.output.name) == true
  }

  /// - Throws: what the engine throws when it is prepared.
  public init(_ model: Model, arithmetic: Arithmetic, threads: Int) throws {
    try self.init(model, arithmetic: arithmetic, note: nil, threads: threads)
  }

  private init(_ model: Model, arithmetic: Arithmetic, note: String?, threads: Int) throws {
    (self.model, self.note, stored) = (model, note, nil)
    engine = try Engine(
      model.program,
      arithmetic: arithmetic,
      threads: threads,
      logits: model.description.logits
    )
  }

  /// - Throws: what the engine throws when it is prepared.
  public init(_ chosen: ChosenProgram, threads: Int) throws {
    try self.init(
      chosen.program,
      arithmetic: chosen.arithmetic,
      note: chosen.note,
      threads: threads
    )
  }

  /// A classifier that is ready at once.
  ///
  /// - Parameters:
  ///   - planned: the stored plan.
  ///   - opened: the file that it is from.
  ///   - threads: how many run.
  /// - Throws: what the engine throws when it is prepared.
  public init(_ planned: PlannedModel, _ opened: OpenedModel, threads: Int) throws {
    (model, stored, note) = (planned.model, opened, nil)
    engine = try Engine(planned.plan, threads: threads, logits: planned.description.logits)
  }

  /// The `top` likeliest classes of every file: PNG and JPEG images, preprocessed as the model says,
  /// or NPY arrays that are already its input.
  ///
  /// - Throws: `DataError` for files that cannot be read, `EvaluationError` when one does not fit.
  public func classify(_ paths: [String], top: Int) throws -> [Prediction] {
    let inputs = try paths.map { try input(at: $0) }
    let logits = try engine.logits(inputs.flatMap { $0 }, count: inputs.count)
    let width = engine.outputCount
    return zip(paths, 0...).map { path, index in
      prediction(path, Array(logits[index * width..<(index + 1) * width]), top: top)
    }
  }

  /// What the logits of one image say.
  ///
  /// - Parameters:
  ///   - image: what it is called.
  ///   - logits: as many as there are classes.
  ///   - top: how many classes are named.
  /// - Returns: the likeliest first.
  public func prediction(_ image: String, _ logits: [Float], top: Int) -> Prediction {
    let areProbabilities = answersAreProbabilities
    return Prediction(
      image: image,
      candidates: Ranking.top(top, of: logits, areProbabilities: areProbabilities).map(candidate),
      notFinite: logits.count { !Ranking.hasRank($0) },
      areProbabilities: areProbabilities
    )
  }

  private func candidate(_ entry: (index: Int, logit: Float, probability: Double)) -> Candidate {
    let names = model.description.classNames
    return Candidate(
      index: entry.index,
      name: names.indices.contains(entry.index) ? names[entry.index] : nil,
      probability: entry.probability,
      logit: entry.logit
    )
  }

  private func input(at path: String) throws -> [Float] {
    if path.hasSuffix(".npy") { return try modelInput.sample(NPYFile(contentsOf: path)) }
    return try sample(Image.decode(fileAt: path), name: path)
  }
}
