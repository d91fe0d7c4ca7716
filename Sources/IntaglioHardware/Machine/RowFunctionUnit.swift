import BigInt
import IntaglioGraph

/// What a lane has for whole rows of one form: a softmax, thresholds of distances, or a norm.
enum RowFunctionUnit {
  case softmax(SoftmaxUnit, parameterSets: Int)
  case norm(NormQuantizer, parameterSets: Int)
  case steps(RowStepsUnit, parameterSets: Int)

  /// The unit for `work`, the schedule's entry of that number.
  ///
  /// - Throws: `NormQuantizerError` when a norm is not decided by squares, or has no such multiplier.
  init(_ work: RowWork, number: Int, normDigit: Int) throws(NormQuantizerError) {
    let softmaxes = work.functions.compactMap { function in
      if case .softmax(let softmax) = function { softmax } else { nil }
    }
    guard softmaxes.isEmpty else {
      self = .softmax(
        SoftmaxUnit(
          "softmax_\(number)",
          softmaxes,
          row: 0,
          shape: [1, work.count],
          score: work.value
        ),
        parameterSets: softmaxes.count
      )
      return
    }
    let steps = work.functions.compactMap { function in
      if case .rowThresholds(let steps) = function { steps } else { nil }
    }
    guard steps.isEmpty else {
      self = .steps(
        RowStepsUnit("row_steps_\(number)", steps, count: work.count, score: work.value),
        parameterSets: steps.count
      )
      return
    }
    let norms = work.functions.compactMap { function in
      if case .norm(let norm) = function { norm } else { nil }
    }
    self = .norm(
      try NormQuantizer(
        "norm_\(number)",
        norms,
        count: work.count,
        value: work.value,
        digit: normDigit
      ),
      parameterSets: norms.count
    )
  }

  /// How many functions it serves.
  var parameterSets: Int {
    switch self {
    case .softmax(_, let parameterSets), .norm(_, let parameterSets),
      .steps(_, let parameterSets):
      parameterSets
    }
  }

  /// What comes with a command, in bits; 0 when nothing does.
  var parameterBits: Int {
    switch self {
    case .softmax(let softmax, _): softmax.parameterBits
    case .norm(let norm, _): norm.parameterBits
    case .steps(let steps, _): steps.parameterBits
    }
  }

  /// Where that goes.
  var parameterPort: String {
    switch self {
    case .softmax(let softmax, _): softmax.parameterIn.name
    case .norm(let norm, _): norm.offsetIn.name
    case .steps(let steps, _): steps.parameterIn.name
    }
  }

  func parameterWord(_ parameterSet: Int) -> BigUInt {
    switch self {
    case .softmax(let softmax, _): softmax.parameterWord(parameterSet)
    case .norm(let norm, _): norm.parameterWord(parameterSet)
    case .steps(let steps, _): steps.parameterWord(parameterSet)
    }
  }

  /// How many words its memory of channels has.
  var channelCount: Int {
    switch self {
    case .softmax, .steps: 0
    case .norm(let norm, _): norm.channelCount
    }
  }

  /// Where those of a function begin.
  func firstChannel(_ parameterSet: Int) -> Int {
    switch self {
    case .softmax, .steps: 0
    case .norm(let norm, _): norm.firstChannel(parameterSet)
    }
  }

  /// Cycles from one element to the next while a row comes in, at least.
  var pace: Int {
    switch self {
    case .softmax, .steps: 1
    case .norm(let norm, _): norm.pace
    }
  }

  /// What it loads.
  var images: [Verilog.MemoryImage] {
    switch self {
    case .softmax(let softmax, _): softmax.images
    case .norm(let norm, _): [norm.image]
    case .steps: []
    }
  }

  /// Cycles from the first element of a row of `words` to its last code.
  func time(_ words: Int) -> Int {
    switch self {
    case .softmax(let softmax, _): words - 1 + softmax.latency + softmax.count - 1
    case .steps(let steps, _): words - 1 + steps.latency + steps.count - 1
    case .norm(let norm, _):
      (words - 1) * norm.pace + norm.latency + (words - 1) * norm.interval
    }
  }
}
