public import IntaglioGraph
import IntaglioNumerics
import IntaglioQuantize
import IntaglioRewrite
import IntaglioRuntime

/// What one exponential costs on real attention rows.
public struct SoftmaxError: Sendable, Hashable {
  public let exponential: IntegerSoftmax.Exponential
  /// The largest and the mean |p̂ − p| of a probability, before it is quantized.
  public let maximum: Double
  public let mean: Double
  /// Codes that are not those of the real softmax, of all compared.
  public let changed: Int
  public let compared: Int

  public var changedShare: Double { compared == 0 ? 0 : Double(changed) / Double(compared) }
}

/// The error table of all exponentials, measured on the scores that a model makes.
struct SoftmaxErrors {
  /// From the cheapest on: by the entries of the table; shiftmax divides once for each score.
  ///
  /// Scores of few bits have so few distances that any table becomes one of distances; those of
  /// more bits find two small tables before one of 256 entries.
  static func candidates(bits: Int) -> [IntegerSoftmax.Exponential] {
    let table = IntegerSoftmax.Exponential.base2(fractionBits: 8, tableBits: 16)
    let middle = bits > 4 ? [.base2Product, table] : [table, .base2Product]
    return [.base2(fractionBits: 0, tableBits: 16), .base2(fractionBits: 4, tableBits: 16)]
      + middle + [.base2(fractionBits: 12, tableBits: 24), .shiftmax]
  }
  /// The share of changed codes that a default may have: a change is one step of at most 15, or of 255.
  static func tolerance(bits: Int) -> Double { bits > 4 ? 0.002 : 0.001 }
  /// How many rows of each softmax are taken from a sample.
  private static let rowsPerSample = 24
  /// How many samples are enough.
  private static let mostSamples = 16

  let table: [SoftmaxError]
  /// Of the widest codes.
  private let bits: Int

  /// - Parameters:
  ///   - program: a program whose softmaxes are integer; their scores are what is measured on.
  ///   - samples: inputs of the model.
  ///   - threads: how many samples are in work at a time.
  /// - Throws: `PlanError`, `ExecutionError`.
  init(_ program: IntegerGraph, samples: CalibrationSamples, threads: Int) throws {
    let sites = program.graph.live.compactMap { SoftmaxSite($0, in: program.graph) }
    bits = sites.map(\.bits).max() ?? 0
    let candidates = Self.candidates(bits: bits)
    guard !sites.isEmpty else {
      table = []
      return
    }
    let scores = Dictionary(sites.map { ($0.scores, $0) }, uniquingKeysWith: { first, _ in first })
    let plan = try Plan(program, options: PlanOptions(observable: Set(scores.keys)))
    let count = min(samples.count, Self.mostSamples)
    try plan.reserve(passes: min(threads, count))
    let executor = Executor(plan)
    let found = try ParallelMap(threads: threads).map(count) { index in
      var sums = [ErrorSums](repeating: ErrorSums(), count: candidates.count)
      _ = try executor.run(samples(index)) { value, contents in
        guard case .integer(let integers) = contents, let site = scores[value] else { return nil }
        for batch in site.batches(integers, count: Self.rowsPerSample, offset: index) {
          for (candidate, exponential) in candidates.enumerated() {
            sums[candidate].add(batch, exponential)
          }
        }
        return nil
      }
      return sums
    }
    table = candidates.enumerated().map { candidate, exponential in
      found.map { $0[candidate] }.reduce(into: ErrorSums()) { $0.add($1) }.result(exponential)
    }
  }

  /// The cheapest one within the tolerance, or else the one that changes the fewest codes.
  var best: IntegerSoftmax.Exponential? {
    let tolerance = Self.tolerance(bits: bits)
    return table.first { $0.changedShare <= tolerance }?.exponential
      ?? table.min { $0.changed < $1.changed }?.exponential
  }
}

/// One integer softmax of a program.
private struct SoftmaxSite: Sendable {
  let scores: Value
  private let softmax: IntegerSoftmax
  private let shape: [Int]

  init?(_ value: Value, in graph: Graph) {
    guard case .integer(.softmax(let softmax)) = graph[value].operation else { return nil }
    self.softmax = softmax
    scores = graph[value].operands[0]
    shape = graph.type(of: value).shape
  }

  /// The width of its codes.
  var bits: Int { softmax.quantizer.type.bits }

  /// Some rows of the scores, those of one scale together.
  func batches(_ scores: [Int], count: Int, offset: Int) -> [SoftmaxBatch] {
    let width = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    guard width > 0, rows > 0 else { return [] }
    let dimensions = Array(shape.dropLast()) + [1]
    let (scales, steps, zeros) = (
      softmax.scale.indices(over: dimensions), softmax.quantizer.scale.indices(over: dimensions),
      softmax.quantizer.zeroPoint.indices(over: dimensions)
    )
    var batches: [[Int32]: SoftmaxBatch] = [:]
    for index in 0..<min(count, rows) {
      let row = (index * rows / min(count, rows) + offset * 7) % rows
      let key = [scales[row], steps[row], zeros[row]]
      let quantizer = softmax.quantizer
      var batch =
        batches[key]
        ?? SoftmaxBatch(
          scale: softmax.scale.values[Int(key[0])],
          quantizer: Quantizer(
            quantizer.type,
            scale: Scale(quantizer.scale.values[Int(key[1])]),
            zeroPoint: ZeroPoint(quantizer.zeroPoint.values[Int(key[2])]),
            placement: quantizer.placement
          ),
          width: width
        )
      batch.append(scores[row * width..<(row + 1) * width])
      batches[key] = batch
    }
    return Array(batches.values)
  }
}

/// Rows of scores of one scale, with their real probabilities and codes.
private struct SoftmaxBatch {
  let scale: Rational
  let quantizer: Quantizer
  let width: Int
  private(set) var scores: [Int] = []
  private(set) var probabilities: [Double] = []
  private(set) var codes: [Int] = []

  init(scale: Rational, quantizer: Quantizer, width: Int) {
    (self.scale, self.quantizer, self.width) = (scale, quantizer, width)
  }

  mutating func append(_ row: ArraySlice<Int>) {
    let factor = scale.doubleValue
    let reals = row.map { factor * Double($0) }
    let largest = reals.max() ?? 0
    let powers = reals.map { SystemMath.exp($0 - largest) }
    let sum = powers.reduce(0, +)
    scores += row
    let (step, zero) = (
      (quantizer.scale.uniform ?? .one).doubleValue, quantizer.zeroPoint.uniform ?? 0
    )
    for power in powers {
      probabilities.append(power / sum)
      // A probability is a number, so the quantizer has a code for it.
      let code = try? (power / sum).quantized(
        scale: step,
        zeroPoint: zero,
        within: quantizer.type.range,
        quantizer.placement
      )
      codes.append(code ?? 0)
    }
  }
}

private struct ErrorSums: Sendable {
  private var maximum = 0.0
  private var total = 0.0
  private var changed = 0
  private var compared = 0

  mutating func add(_ batch: SoftmaxBatch, _ exponential: IntegerSoftmax.Exponential) {
    let softmax = IntegerSoftmax(
      scale: Scale(batch.scale),
      exponential: exponential,
      quantizer: batch.quantizer
    )
    let shape = [batch.scores.count / batch.width, batch.width]
    let codes = IntegerFunction.softmax(softmax).apply(to: [batch.scores], shape: shape)
    changed += zip(codes, batch.codes).count { $0 != $1 }
    compared += codes.count
    let power = exponential(scale: batch.scale.magnitude)
    for start in stride(from: 0, to: batch.scores.count, by: batch.width) {
      let row = batch.scores[start..<start + batch.width]
      let extreme = (batch.scale.isNegative ? row.min() : row.max()) ?? 0
      let powers = row.map { power(abs($0 - extreme)) }
      let sum = Double(powers.reduce(0, +))
      for (offset, e) in powers.enumerated() {
        let error = abs(Double(e) / sum - batch.probabilities[start + offset])
        maximum = max(maximum, error)
        total += error
      }
    }
  }

  mutating func add(_ other: ErrorSums) {
    maximum = max(maximum, other.maximum)
    total += other.total
    changed += other.changed
    compared += other.compared
  }

  func result(_ exponential: IntegerSoftmax.Exponential) -> SoftmaxError {
    SoftmaxError(
      exponential: exponential,
      maximum: maximum,
      mean: compared == 0 ? 0 : total / Double(compared),
      changed: changed,
      compared: compared
    )
  }
}
