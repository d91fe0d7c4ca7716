public import IntaglioData
import IntaglioDemo
import IntaglioGraph
public import IntaglioReport
import IntaglioRewrite

/// The embedded demo: surface inspection of a machined part with a 3-bit Vision Transformer.
///
/// Images nobody has seen are drawn from a seed; the trained model is read from the package, its
/// scales are moved, and both programs answer: dequantize-first in float32, and integers.
public struct Demo: Sendable {
  /// One of the trained models on the fresh images.
  public struct Result: Sendable {
    public let bits: Int
    public let integerization: Integerization
    /// The packed integer program, in bytes.
    public let packedBytes: Int
    public let reference: Evaluation
    public let integer: Evaluation
    /// The codes of every quantizer on every image: those equal in both programs, of all.
    public let codes: Proportion
    public let answers: [Int]

    package init(
      bits: Int,
      integerization: Integerization,
      packedBytes: Int,
      reference: Evaluation,
      integer: Evaluation,
      codes: Proportion,
      answers: [Int]
    ) {
      (self.bits, self.integerization, self.packedBytes) = (bits, integerization, packedBytes)
      (self.reference, self.integer) = (reference, integer)
      (self.codes, self.answers) = (codes, answers)
    }

    /// Images to which both programs give the same answer.
    public var sameAnswers: Int {
      let classes = SurfaceClass.allCases.count
      return answers.indices.count { image in
        Ranking.first(of: reference.logits[image * classes..<(image + 1) * classes])
          == answers[image]
      }
    }
  }

  public enum Stage: Sendable {
    case model(bits: Int)
    case reference(done: Int)
    case integer(done: Int)
  }

  public let count: Int
  public let seed: UInt64
  public let threads: Int

  /// - Parameters:
  ///   - count: how many fresh images.
  ///   - seed: what they are drawn from; training used other seeds.
  ///   - threads: how many images are in work at a time.
  public init(count: Int = 1000, seed: UInt64 = 2026, threads: Int = Engine.coreCount) {
    self.count = count
    self.seed = seed
    self.threads = threads
  }

  /// The fresh images and what is on them.
  ///
  /// - Throws: `DataError` never, unless an image has no size.
  public func images() throws -> (images: [Image], labels: [Int]) {
    let drawn = try ParallelMap(threads: threads).map(count) { index in
      let (pixels, label) = SurfaceImage.draw(seed: seed, index: index)
      let side = SurfaceImage.side
      return (
        try Image(width: side, height: side, channels: 1, pixels: pixels), Int(label.rawValue)
      )
    }
    return (drawn.map(\.0), drawn.map(\.1))
  }

  /// Reads the model of `bits` bits, integerizes it and runs both programs on `images`.
  ///
  /// - Parameters:
  ///   - bits: 2, 3 or 8.
  ///   - images: the images.
  ///   - labels: what is on them.
  ///   - progress: told how far the work is.
  /// - Returns: counts, sizes and speeds.
  /// - Throws: `ImportError` when the package is damaged.
  public func run(
    bits: Int,
    images: [Image],
    labels: [Int],
    progress: @escaping @Sendable (Stage) -> Void
  ) throws -> Result {
    progress(.model(bits: bits))
    let model = try Model(contentsOf: DemoModel.path(bits: bits))
    let integerization = try model.integerized()
    let preprocessing = try model.preprocessing()
    let samples = try images.flatMap { try preprocessing.apply(to: $0) }

    let (reference, codes) = try reference(
      model,
      integerization,
      samples,
      count: images.count,
      labels
    ) {
      progress(.reference(done: $0))
    }
    let integer = try evaluation(of: integerization.model, .integer, samples, labels) {
      progress(.integer(done: $0))
    }
    return Result(
      bits: bits,
      integerization: integerization,
      packedBytes: integerization.model.packedWeightBytes,
      reference: reference,
      integer: integer,
      codes: codes,
      answers: labels.indices.map { image in
        let classes = SurfaceClass.allCases.count
        return Ranking.first(of: integer.logits[image * classes..<(image + 1) * classes]) ?? -1
      }
    )
  }

  /// What float32 answers, and how many codes of the integer program are those of float32.
  private func reference(
    _ model: Model,
    _ integerization: Integerization,
    _ samples: [Float],
    count: Int,
    _ labels: [Int],
    progress: @escaping @Sendable (Int) -> Void
  ) throws -> (evaluation: Evaluation, codes: Proportion) {
    let width = samples.count / max(count, 1)
    let comparison = try CodeComparison(
      meaning: model.graph,
      program: integerization.model.program,
      arithmetic: .integer,
      inFloat32: true,
      threads: threads
    )
    let readings = try ParallelMap(threads: threads).map(count) { index in
      try comparison.read(Array(samples[index * width..<(index + 1) * width]))
    } progress: {
      progress($0)
    }
    let evaluation = Evaluation(
      logits: readings.flatMap { $0.logits.map(Float.init) },
      labels: labels,
      classes: SurfaceClass.allCases.count,
      seconds: 0,
      agreement: nil
    )
    let (equal, total) = (
      readings.reduce(0) { $0 + $1.equal }, readings.reduce(0) { $0 + $1.total }
    )
    return (evaluation, Proportion(equal, of: total))
  }

  private func evaluation(
    of model: Model,
    _ arithmetic: Arithmetic,
    _ samples: [Float],
    _ labels: [Int],
    progress: @escaping @Sendable (Int) -> Void
  ) throws -> Evaluation {
    let engine = try Engine(model.program, arithmetic: arithmetic, threads: threads)
    let began = ContinuousClock.now
    let logits = try engine.logits(samples, count: labels.count, progress: progress)
    let seconds = (ContinuousClock.now - began).seconds
    return Evaluation(
      logits: logits,
      labels: labels,
      classes: engine.outputCount,
      seconds: seconds,
      agreement: nil
    )
  }
}
