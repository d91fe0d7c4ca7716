import Intaglio
import IntaglioData
import IntaglioNumerics

/// What an `intaglio_model` points to: a model that is ready to run.
///
/// A class because C holds a reference to it.
final class ModelHandle: Sendable {
  let classifier: Classifier
  let threads: Int

  init(_ classifier: Classifier, threads: Int) {
    (self.classifier, self.threads) = (classifier, threads)
  }

  /// Numbers of one sample.
  var inputCount: Int { classifier.sampleShape.reduce(1, *) }
  /// Logits of one sample.
  var outputCount: Int { classifier.output.classes }
  /// So many samples at a time, so that what a call takes beside the caller's buffers has a bound.
  var chunk: Int { 32 * max(threads, classifier.output.batch) }

  /// The handle behind a pointer that `pointer` made.
  static func at(_ pointer: OpaquePointer) -> ModelHandle {
    Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// The handle as C holds it, until `release`.
  var pointer: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func release(_ pointer: OpaquePointer) {
    Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  /// Runs `count` samples, some at a time, each made by `sample`.
  ///
  /// - Parameters:
  ///   - count: how many samples there are.
  ///   - logits: room for `count` rows.
  ///   - sample: the samples of a range, one after the other.
  /// - Throws: what `sample` and the engine throw; rows of earlier chunks are written by then.
  func run(
    count: Int,
    into logits: UnsafeMutablePointer<Float>,
    _ sample: (Range<Int>) throws -> [Float]
  ) throws {
    var start = 0
    while start < count {
      let range = start..<min(count, start + chunk)
      let rows = try classifier.logits(sample(range), count: range.count)
      (logits + start * outputCount).update(from: rows, count: rows.count)
      start = range.upperBound
    }
  }

  /// The samples of `range` among `images`, several at a time.
  func samples(_ images: PixelBatch, _ range: Range<Int>) throws -> [Float] {
    try ParallelMap(threads: threads).map(range.count) { index in
      let number = range.lowerBound + index
      return try self.classifier.sample(images.image(number), name: "image \(number)")
    }
    .flatMap { $0 }
  }
}
