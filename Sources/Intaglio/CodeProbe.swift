import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime

/// Compares the codes of a program with those of the oracle, quantizer by quantizer.
///
/// A quantizer keeps its name when it becomes a requantization, so the two sides meet by name.
struct CodeProbe: Sendable {
  /// One quantizer in the model and in the program.
  struct Pair: Sendable {
    let name: String
    let meaning: Value
    let program: Value
  }

  /// What one sample shows.
  struct Reading: Sendable {
    /// The oracle's logits.
    let logits: [Double]
    var equal = 0
    var total = 0
  }

  let pairs: [Pair]
  private let oracle: Oracle<Double>
  private let input: String
  private let output: String
  /// The program with every quantizer in sight; `nil` where there are no codes to compare.
  private let executor: Executor?

  /// - Throws: `OracleError` when the model's constants have no meaning; `PlanError`.
  init(meaning: Graph, program: Graph, kind: Engine.Kind) throws {
    pairs = kind == .integer ? Self.pairs(meaning, program) : []
    oracle = try Oracle<Double>(meaning)
    input = meaning.inputs.first.map { meaning.label(of: $0) } ?? ""
    output = meaning.outputs.first?.name ?? ""
    if pairs.isEmpty {
      executor = nil
    } else {
      let options = PlanOptions(observable: Set(pairs.map(\.program)))
      executor = Executor(try Plan(try IntegerGraph(verifying: program), options: options))
    }
  }

  /// Whether codes are compared, not logits alone.
  var comparesCodes: Bool { executor != nil }

  /// One sample through the oracle and, quantizer by quantizer, through the program.
  func read(_ sample: [Float]) throws -> Reading {
    let meant = try oracle.run(
      [input: .real(sample.map(Double.init))],
      keeping: Set(pairs.map(\.meaning))
    )
    var reading = Reading(logits: meant[output]?.reals ?? [])
    guard let executor else { return reading }
    let expected = Dictionary(
      pairs.map { ($0.program, meant[$0.meaning]?.integers ?? []) },
      uniquingKeysWith: { first, _ in first }
    )
    _ = try executor.run(sample) { value, contents in
      if case .integer(let codes) = contents, let wanted = expected[value] {
        reading.total += codes.count
        reading.equal += zip(codes, wanted).count { $0 == $1 }
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
      switch self[value].operation {
      case .quantize, .requantize: name(of: value).map { ($0, value) }
      case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
        .sum, .divide, .mean, .function, .softmax, .layerNorm, .dequantize:
        nil
      }
    }
  }
}
