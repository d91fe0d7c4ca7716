import IntaglioGraph
import IntaglioRewrite

/// Why a model has no integer program.
public enum ProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Some of its multiplications stay on floats.
  case notInteger(model: String, blocked: Int, of: Int)
  /// It is a float model: nothing in it is quantized. `command` is what quantizes it.
  case notQuantized(model: String, multiplications: Int, command: QuantizeCommandLine)

  /// What keeps `program` from being one.
  ///
  /// - Parameters:
  ///   - program: what became of the model.
  ///   - command: what quantizes the model; its path alone where that is not known better.
  /// - Returns: the error that says so.
  public static func notInteger(
    _ program: Program,
    _ command: QuantizeCommandLine? = nil
  ) -> ProgramError {
    .notInteger(program.coverage, of: program.integerization.source, command)
  }

  static func notInteger(
    _ coverage: Coverage,
    of model: Model,
    _ command: QuantizeCommandLine? = nil
  ) -> ProgramError {
    guard model.isQuantized else {
      return .notQuantized(
        model: model.path,
        multiplications: coverage.total,
        command: command ?? QuantizeCommandLine(model: model.path)
      )
    }
    return .notInteger(model: model.path, blocked: coverage.blocked.count, of: coverage.total)
  }

  public var description: String {
    switch self {
    case .notInteger(let model, _, _):
      "\(model): \(sentence), so there is no integer program; see 'intaglio integerize'"
    case .notQuantized(let model, _, let command):
      "\(model): nothing in the model is quantized: \(sentence), so there is no integer program.\n"
        + "Quantize it with a folder of images like those that it will see:\n\(command)"
    }
  }

  /// Whether nothing in the model is quantized.
  public var isOfFloatModel: Bool {
    if case .notQuantized = self { true } else { false }
  }

  /// How many multiplications stay.
  var sentence: String {
    switch self {
    case .notInteger(_, let blocked, let total):
      "\(blocked) of \(total) multiplications stay on floats"
    case .notQuantized(_, let total, _):
      "\(total) of \(total) multiplications stay on floats"
    }
  }
}

extension Model {
  /// Whether there are quantizers or integers anywhere in it.
  var isQuantized: Bool {
    graph.live.contains { value in
      let family = graph[value].operation.family
      return family == .quantization || family == .integer
        || graph.type(of: value).integer != nil
    }
  }
}
