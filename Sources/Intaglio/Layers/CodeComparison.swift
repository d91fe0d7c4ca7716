import IntaglioGraph

/// Compares the codes of a program with those of a reference, quantizer by quantizer.
///
/// A quantizer keeps its name when it becomes a requantization, so the two sides meet by name.
package struct CodeComparison: Sendable {
  /// One quantizer in the model and in the program.
  struct Pair: Sendable {
    let name: String
    let meaning: Value
    let program: Value
  }

  /// What one sample shows.
  struct Reading: Sendable {
    /// The reference's logits.
    let logits: [Double]
    var equal = 0
    var total = 0
  }

  let pairs: [Pair]
  private let reference: Engine
  /// The program with every quantizer in sight; `nil` where there are no codes to compare.
  private let program: Engine?

  /// - Parameters:
  ///   - meaning: the model as it was written.
  ///   - program: what runs.
  ///   - arithmetic: what the program runs in; only integers have codes to compare.
  ///   - logits: the name of the output that holds the logits, where there are several.
  ///   - inFloat32: whether the model is evaluated dequantize-first in float32, as ordinary
  ///     runtimes do, instead of in float64.
  ///   - threads: how many samples are in work at a time.
  /// - Throws: `IntaglioGraph.EvaluationError` when the model's constants have no meaning;
  ///   `PlanError`.
  init(
    meaning: Graph,
    program: ModelProgram,
    arithmetic: Arithmetic,
    logits: String? = nil,
    inFloat32: Bool = false,
    threads: Int
  ) throws {
    pairs = arithmetic.isInteger ? Self.pairs(meaning, program.graph) : []
    reference = try Engine(
      .graph(meaning),
      arithmetic: inFloat32 ? .float32 : .oracle,
      threads: threads,
      logits: logits,
      observing: Set(pairs.map(\.meaning))
    )
    self.program =
      pairs.isEmpty
      ? nil
      : try Engine(
        program,
        arithmetic: .integer,
        threads: threads,
        logits: logits,
        observing: Set(pairs.map(\.program))
      )
  }

  /// Whether codes are compared, not logits alone.
  var comparesCodes: Bool { program != nil }

  /// One sample through the reference and, quantizer by quantizer, through the program.
  func read(_ sample: [Float]) throws -> Reading {
    var expected: [Value: [Int]] = [:]
    let logits = try reference.run(sample) { value, contents in
      expected[value] = contents.integers
      return nil
    }
    var reading = Reading(logits: logits)
    guard let program else { return reading }
    let meanings = Dictionary(
      pairs.map { ($0.program, $0.meaning) },
      uniquingKeysWith: { first, _ in first }
    )
    _ = try program.run(sample) { value, contents in
      if let codes = contents.integers, let wanted = meanings[value].flatMap({ expected[$0] }) {
        let changed = program.once(zip(codes, wanted).count { $0 != $1 })
        reading.total += program.once(codes.count)
        reading.equal += program.once(codes.count) - changed
      }
      return nil
    }
    return reading
  }

  static func pairs(_ meaning: Graph, _ program: Graph) -> [Pair] {
    let others = Dictionary(
      program.codes.map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first }
    )
    return meaning.codes.compactMap { name, value in
      guard let other = others[name], program.type(of: other) == meaning.type(of: value) else {
        return nil
      }
      return Pair(name: name, meaning: value, program: other)
    }
  }
}

extension Graph {
  /// The named values that a quantizer makes, in the order of computation.
  var codes: [(name: String, value: Value)] {
    live.compactMap { value in
      self[value].operation.makesCodes ? name(of: value).map { ($0, value) } : nil
    }
  }
}
