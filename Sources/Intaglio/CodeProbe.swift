import IntaglioGraph
import IntaglioReference
import IntaglioRewrite
import IntaglioRuntime

/// Compares the codes of a program with those of a reference, quantizer by quantizer.
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
    /// The reference's logits.
    let logits: [Double]
    var equal = 0
    var total = 0
  }

  let pairs: [Pair]
  private let judge: Judge
  private let input: String
  private let output: String
  /// The program with every quantizer in sight; `nil` where there are no codes to compare.
  private let executor: Executor?

  /// What evaluates the model as it was written.
  private enum Judge: Sendable {
    case oracle(Oracle<Double>)
    case reference(Reference)
  }

  /// - Parameters:
  ///   - meaning: the model as it was written.
  ///   - program: what runs.
  ///   - kind: what does the program's arithmetic; only `integer` has codes to compare.
  ///   - inFloat32: whether the model is evaluated dequantize-first in float32, as ordinary
  ///     runtimes do, instead of in float64.
  /// - Throws: `OracleError` when the model's constants have no meaning; `PlanError`.
  init(meaning: Graph, program: Graph, kind: Engine.Kind, inFloat32: Bool = false) throws {
    pairs = kind == .integer ? Self.pairs(meaning, program) : []
    judge = inFloat32 ? .reference(try Reference(meaning)) : .oracle(try Oracle<Double>(meaning))
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

  /// One sample through the reference and, quantizer by quantizer, through the program.
  func read(_ sample: [Float]) throws -> Reading {
    let (logits, codes) = try judged(sample)
    var reading = Reading(logits: logits)
    guard let executor else { return reading }
    let expected = Dictionary(
      pairs.map { ($0.program, codes[$0.meaning] ?? []) },
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

  /// The logits and the codes of every quantizer as the model was written.
  private func judged(_ sample: [Float]) throws -> (logits: [Double], codes: [Value: [Int]]) {
    let wanted = Set(pairs.map(\.meaning))
    switch judge {
    case .oracle(let oracle):
      let result = try oracle.run([input: .real(sample.map(Double.init))], keeping: wanted)
      return (result[output]?.reals ?? [], result.kept.compactMapValues(\.integers))
    case .reference(let reference):
      let result = try reference.run([input: .real(sample)], keeping: wanted)
      return (
        result[output]?.floats.map(Double.init) ?? [],
        result.kept.compactMapValues { $0.integers?.map(Int.init) }
      )
    }
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
      case .quantize, .requantize, .integer(.steps), .integer(.lookup), .integer(.norm),
        .integer(.softmax):
        name(of: value).map { ($0, value) }
      case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
        .sum, .divide, .mean, .function, .softmax, .layerNorm, .dequantize, .integer(.stream):
        nil
      }
    }
  }
}
