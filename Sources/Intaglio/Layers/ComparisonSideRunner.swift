import IntaglioData
import IntaglioGraph

/// A side that is ready to run.
struct ComparisonSideRunner: Sendable {
  /// What it needs to know of one image.
  enum Image {
    case sample([Float])
    /// The row of a record.
    case row(Int)
  }

  private let source: Source

  private enum Source: Sendable {
    case engine(Engine, Preprocessing)
    case recording(Recording)
  }

  /// - Throws: `EvaluationError` when the model does not say how an image becomes its input; what
  ///   the program throws when it is prepared.
  init(_ side: ComparisonSide, observing slots: Set<Int>, threads: Int) throws {
    switch side.source {
    case .program(let model, let arithmetic):
      let values = Set(slots.map { Value(index: $0) })
      let engine = try Engine(
        model.program,
        arithmetic: arithmetic,
        threads: threads,
        logits: model.description.logits,
        observing: values
      )
      source = .engine(engine, try model.preprocessing())
    case .recording(let recording): source = .recording(recording)
    }
  }

  /// What `run` needs of image `index`.
  ///
  /// - Throws: `DataError` when it cannot be read, `EvaluationError` when it does not fit.
  func image(_ data: DataSet, _ index: Int) throws -> Image {
    switch source {
    case .engine(let engine, let preprocessing):
      return .sample(try engine.modelInput.sample(data, index, preprocessing))
    case .recording: return .row(data.position(at: index))
    }
  }

  /// Runs one image and shows what was to be observed.
  ///
  /// - Returns: the answers, `nil` where a record has none.
  func run(_ image: Image, observing observer: Engine.Observer) throws -> [Double]? {
    switch (source, image) {
    case (.engine(let engine, _), .sample(let sample)):
      return try engine.run(sample, observing: observer)
    case (.recording(let recording), .row(let row)):
      return try recording.run(row, observing: observer)
    case (.engine, .row), (.recording, .sample):
      preconditionFailure("an image of another side")
    }
  }
}
