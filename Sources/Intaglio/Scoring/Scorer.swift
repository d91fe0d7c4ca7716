import IntaglioData
import IntaglioNumerics

/// Answers for any number of images, in constant memory, into a file that outlives a kill.
public struct Scorer: Sendable {
  /// How images are scored.
  public struct Options: Sendable, Hashable {
    /// Which part of the images.
    public var shard = Shard.whole
    /// How many classes a row has; more than one in JSON alone.
    public var top = 1
    /// Whether rows of an interrupted run are thrown away.
    public var isRestarted = false
    public var threads = 1

    public init() {}
  }

  /// How far it is.
  public struct Progress: Sendable {
    /// How many rows are written, with those of an interrupted run.
    public let done: Int
    public let failed: Int
  }

  private let classifier: Classifier
  private let options: Options

  public init(_ classifier: Classifier, _ options: Options) {
    (self.classifier, self.options) = (classifier, options)
  }

  /// Scores images into a file; rows stand in the order of the stream.
  ///
  /// An image that cannot be read or does not fit has its reason in the place of an answer.
  ///
  /// - Parameters:
  ///   - images: a folder or a list, as `ImageStream` takes it.
  ///   - output: a name that ends in `.jsonl` or `.csv`.
  ///   - progress: told after some images.
  /// - Returns: what was done.
  /// - Throws: `ScoreError` for rows of another run; `DataError` when the stream cannot be read or the file
  ///   not written; what the engine throws.
  public func score(
    _ images: String,
    into output: String,
    progress: ((Progress) -> Void)? = nil
  ) throws -> ScoreSummary {
    let start = ContinuousClock.now
    var stream = try ImageStream(images)
    let file = try ScoreFile(output, identity(images), restarting: options.isRestarted)
    var position = 0
    func nextOwn() throws -> ImageStream.Item? {
      while let item = try stream.next() {
        defer { position += 1 }
        if options.shard.contains(position) { return item }
      }
      return nil
    }
    let format = file.format
    let resumed = try file.resume {
      guard let item = try nextOwn() else { return nil }
      return (try format.beginning(item.name), item.name)
    }
    var (done, failed) = (resumed, 0)
    var chunk: [ImageStream.Item] = []
    func write() throws {
      let rows = try rows(of: chunk)
      try file.append(rows.map(format.text).joined())
      done += rows.count
      failed += rows.count { $0.answer.error != nil }
      progress?(Progress(done: done, failed: failed))
      chunk.removeAll(keepingCapacity: true)
    }
    while let item = try nextOwn() {
      chunk.append(item)
      if chunk.count == atOnce { try write() }
    }
    if !chunk.isEmpty { try write() }
    guard done > 0 || options.shard != .whole else {
      throw DataError.missing(file: images, what: "image", found: "none")
    }
    try file.finish()
    return ScoreSummary(
      output: output,
      images: done,
      resumed: resumed,
      failed: failed,
      shard: "\(options.shard)",
      seconds: (ContinuousClock.now - start) / .seconds(1)
    )
  }

  /// As many images as keep the threads at work and their samples small.
  private var atOnce: Int { max(16 * options.threads, classifier.output.batch) }

  private func identity(_ images: String) throws -> ScoreFile.Identity {
    ScoreFile.Identity(
      model: classifier.description.name,
      modelHash: try classifier.hash(),
      programHash: try classifier.programHash(),
      arithmetic: classifier.arithmetic.rawValue,
      images: images,
      shard: "\(options.shard)",
      top: options.top,
      version: IntaglioVersion.number
    )
  }

  /// A row for every image, in their order.
  private func rows(of items: [ImageStream.Item]) throws -> [ScoreRow] {
    let samples = try ParallelMap(threads: options.threads).map(items.count) {
      index -> Result<[Float], Reason> in
      do {
        return .success(try classifier.sample(items[index]))
      } catch {
        return .failure(Reason(text: "\(error)"))
      }
    }
    let good = samples.compactMap { try? $0.get() }
    let logits = try classifier.logits(good.flatMap { $0 }, count: good.count)
    var (rows, next) = ([ScoreRow](), 0)
    for (item, sample) in zip(items, samples) {
      switch sample {
      case .failure(let reason): rows.append(ScoreRow(image: item.name, error: reason.text))
      case .success:
        let width = classifier.output.classes
        let row = Array(logits[next * width..<(next + 1) * width])
        rows.append(self.row(item.name, row))
        next += 1
      }
    }
    return rows
  }

  private func row(_ image: String, _ logits: [Float]) -> ScoreRow {
    let prediction = classifier.prediction(image, logits, top: options.top)
    guard prediction.notFinite == 0, let first = prediction.candidates.first else {
      return ScoreRow(image: image, error: "\(prediction.notFinite) logits are not finite")
    }
    let candidates = prediction.candidates.map {
      ScoreRow.Candidate(
        class: $0.index,
        name: $0.name,
        probability: $0.probability,
        logit: $0.logit
      )
    }
    return ScoreRow(
      image: image,
      answer: ScoreRow.Answer(
        class: first.index,
        name: first.name,
        probability: first.probability,
        logit: first.logit,
        classes: options.top > 1 ? candidates : nil
      )
    )
  }
}

/// Why an image has no answer.
private struct Reason: Error {
  let text: String
}

/// What was done.
public struct ScoreSummary: Sendable, Hashable {
  public let output: String
  /// Rows in the file.
  public let images: Int
  /// Rows that an interrupted run had left.
  public let resumed: Int
  /// Rows of this run with a reason in the place of an answer.
  public let failed: Int
  public let shard: String
  /// Of this run.
  public let seconds: Double

  public init(
    output: String,
    images: Int,
    resumed: Int,
    failed: Int,
    shard: String,
    seconds: Double
  ) {
    (self.output, self.images, self.resumed) = (output, images, resumed)
    (self.failed, self.shard, self.seconds) = (failed, shard, seconds)
  }
}
