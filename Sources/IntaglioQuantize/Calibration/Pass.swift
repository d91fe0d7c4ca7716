import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics

/// One run of every sample through a part of the network: the float model's, the one with what is
/// decided so far, or both.
struct Pass: Sendable {
  /// What one sample shows.
  struct Reading {
    fileprivate let float: [String: Float32Tensor]
    fileprivate let quantized: [String: Float32Tensor]

    /// A value as the float model has it.
    func float(_ value: Value) -> [Float] { float["\(value.index)"]?.floats ?? [] }
    /// A value after what is decided before it.
    func quantized(_ value: Value) -> [Float] { quantized["\(value.index)"]?.floats ?? [] }
    /// The codes that a linear layer reads in place of `value`, the channels in their own order.
    func codes(_ value: Value, _ quantizer: ChannelQuantizer) -> [Float] {
      let codes = quantized["codes \(value.index)"]?.floats ?? []
      guard quantizer.isSplit else { return codes }
      let outliers = quantized["outliers \(value.index)"]?.floats ?? []
      let (usual, channels) = (quantizer.usual, quantizer.scales.count)
      let rows = codes.count / max(usual.count, 1)
      var result = [Float](repeating: 0, count: rows * channels)
      func place(_ part: [Float], _ order: [Int]) {
        for row in 0..<rows {
          for (index, channel) in order.enumerated() {
            result[row * channels + channel] = part[row * order.count + index]
          }
        }
      }
      place(codes, usual)
      place(outliers, quantizer.outliers)
      return result
    }
  }

  private let front: Front
  private let float: Float32Program?
  private let quantized: Float32Program?
  private let input: String
  private let samples: CalibrationSamples
  private let threads: Int

  /// Samples that one task takes; sums are made in this order whatever the number of threads.
  private static let chunk = 8

  init(
    _ network: Network,
    from front: Front,
    float floatTargets: [Value] = [],
    quantized quantizedTargets: [Value] = [],
    codes: [Value] = []
  ) throws {
    self.front = front
    (samples, threads) = (network.samples, network.threads)
    input = front.cut == nil ? network.input : Emitter.cut
    float =
      floatTargets.isEmpty
      ? nil : try Self.program(network.graph, Decisions(), front.cut, floatTargets, [])
    quantized =
      quantizedTargets.isEmpty && codes.isEmpty
      ? nil
      : try Self.program(network.graph, network.decisions, front.cut, quantizedTargets, codes)
  }

  private static func program(
    _ source: Graph,
    _ decisions: Decisions,
    _ start: Value?,
    _ targets: [Value],
    _ codes: [Value]
  ) throws -> Float32Program {
    let readers = codes.isEmpty ? [:] : source.readers
    // Codes appear with the layer that reads them.
    let layers = codes.compactMap { value in
      readers[value]?.first { source[$0].operation.isMatrixMultiplication }
    }
    let emitter = try Emitter(source, decisions, from: start, to: targets + layers)
    var graph = emitter.graph
    for target in targets {
      if let image = emitter.images[target] { graph.addOutput("\(target.index)", image) }
    }
    for value in codes {
      guard let image = emitter.codes[value] else { continue }
      graph.addOutput("codes \(value.index)", image.usual)
      if let outliers = image.outliers { graph.addOutput("outliers \(value.index)", outliers) }
    }
    return try Float32Program(graph)
  }

  /// Every sample, summed up in the order of the samples.
  ///
  /// - Parameters:
  ///   - initial: an empty sum.
  ///   - body: adds one sample to a sum.
  ///   - combine: adds a later sum to an earlier one.
  /// - Returns: the sum of all samples.
  /// - Throws: `EvaluationError`, and what `body` and the samples throw.
  func reduce<Sum: Sendable>(
    _ initial: @Sendable () -> Sum,
    _ body: @Sendable (inout Sum, Reading, Int) throws -> Void,
    _ combine: (inout Sum, Sum) -> Void
  ) throws -> Sum {
    let chunks = (samples.count + Self.chunk - 1) / Self.chunk
    var total = initial()
    // As many sums at a time as there are threads: of a wide layer each takes megabytes.
    for first in stride(from: 0, to: chunks, by: max(threads, 1)) {
      let count = min(max(threads, 1), chunks - first)
      let sums = try ParallelMap(threads: threads).map(count) { offset in
        var sum = initial()
        let start = (first + offset) * Self.chunk
        for index in start..<min(samples.count, start + Self.chunk) {
          try body(&sum, try reading(index), index)
        }
        return sum
      }
      for sum in sums { combine(&total, sum) }
    }
    return total
  }

  /// One result per sample.
  func map<Result: Sendable>(
    _ body: @Sendable (Reading) throws -> Result
  ) throws -> [Result] {
    try ParallelMap(threads: threads).map(samples.count) { try body(try reading($0)) }
  }

  private func reading(_ index: Int) throws -> Reading {
    let isFirst = front.cut == nil
    let sample = isFirst ? try samples(index) : []
    func run(_ program: Float32Program?, _ stored: [[Float]]) throws -> [String: Float32Tensor] {
      guard let program else { return [:] }
      return try program.run([input: .real(isFirst ? sample : stored[index])]).outputs
    }
    return Reading(
      float: try run(float, front.float),
      quantized: try run(quantized, front.quantized)
    )
  }
}
