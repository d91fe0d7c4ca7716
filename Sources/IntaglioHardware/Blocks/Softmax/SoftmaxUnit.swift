public import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// Rows of scores → codes of their softmax, one score and one code a cycle: equations (23)–(25).
///
/// Three passes over a row: its scores come in and leave their greatest (or, for a negative scale,
/// least) one; every power is computed, stored and added; once the sum is multiplied, every power gets
/// its code. The next row may come in while the last codes leave.
///
/// One unit serves several softmaxes of one `SoftmaxSignature`, its parameterSets. The numbers in which they differ
/// are a word that comes with the row, `parameter_i`: from the cycle behind the row's last score on,
/// as long as `ready_o` is low, it is the word of that row. At other times it may be anything: before,
/// no number is asked for; afterwards what is left of the row are its codes, which are found with the
/// multiples of its sum, and these are registered. Where nothing differs, there is no such port.
public struct SoftmaxUnit: Hashable, Sendable {
  /// Of the module.
  public let name: String
  /// How many scores a row has.
  public let count: Int
  public let score: IntegerType
  let exponential: ExponentialUnit
  let quantizer: ProbabilityQuantizer
  /// Whether the scale is negative, so that the least score is the most probable.
  let falls: Bool

  /// The unit for the rows of `softmaxes` that have entry `row` of their scales.
  ///
  /// - Parameters:
  ///   - name: of the module.
  ///   - softmaxes: the program's operations; the place of one is its parameterSet.
  ///   - row: the indices of a row, without the last axis, within `shape`.
  ///   - shape: of the scores; the last extent is the length of a row.
  ///   - score: the type of scores.
  /// - Precondition: there is a softmax, and all of them are of one `SoftmaxSignature`.
  public init(
    _ name: String,
    _ softmaxes: [IntegerSoftmax],
    row: Int,
    shape: [Int],
    score: IntegerType
  ) {
    let rows = softmaxes.map { SoftmaxRow($0, row: row, shape: shape) }
    let count = shape.last ?? 1
    precondition(
      Set(rows.map { SoftmaxSignature($0, count: count, score: score) }).count == 1,
      "softmaxes of one form"
    )
    self.name = name
    self.count = count
    self.score = score
    falls = rows[0].falls
    exponential = ExponentialUnit(
      rows[0].exponential,
      scales: rows.map(\.scale.magnitude),
      bits: score.bits
    )
    quantizer = ProbabilityQuantizer(
      rows,
      power: exponential.power,
      sum: Verilog.SignalType(holding: 0...count * exponential.greatest)
    )
  }

  /// In what parameterSets differ.
  private var numbers: [ParameterSetNumber] {
    [exponential.multiplier, quantizer.p].compactMap(\.self).filter(\.differs)
  }

  private var parameters: WordLayout<ParameterSetNumber> {
    WordLayout(numbers.map { ($0, $0.type) })
  }

  /// The width of `parameter_i`; 0 where the parameterSets are equal and there is no such port.
  public var parameterBits: Int { parameters.bits }

  /// What `parameter_i` carries for a row of the softmax at that place.
  public func parameterWord(_ parameterSet: Int) -> BigUInt {
    parameters.word(
      Dictionary(uniqueKeysWithValues: numbers.map { ($0, $0.values[parameterSet]) })
    )
  }

  /// What the module loads.
  public var images: [Verilog.MemoryImage] { exponential.images }

  /// Cycles from the last score of a row to its first code: the second pass, the depth of both
  /// pipelines, and the multiplication of the sum.
  public var latency: Int {
    count + exponential.latency + quantizer.latency + quantizer.scalingCycles + 4
  }
  /// Cycles from the last score of a row until the next one may come.
  public var busy: Int { 2 * count + exponential.latency + quantizer.scalingCycles + 3 }

  /// Cycles in which the sum of a row is multiplied, right behind the last power.
  package var scalingCycles: Int { quantizer.scalingCycles }

  /// The phases of a row.
  enum Phase: Int, CaseIterable {
    case scores, powers, scaling, codes

    static let type = Verilog.SignalType.unsigned(2)
    var value: Verilog.Expression { .literal(rawValue, Self.type) }
  }

  typealias Signal = Verilog.Signal

  private let validIn = Signal("valid_i", .bit)
  private var scoreIn: Signal { Signal("score_i", .init(score)) }
  /// The row's numbers, where parameterSets differ in any.
  var parameterIn: Signal { Signal("parameter_i", parameters.type) }
  private let readyOut = Signal("ready_o", .bit)
  let validOut = Signal("valid_o", .bit)
  var codeOut: Signal { Signal("code_o", .init(quantizer.type)) }

  private let phase = Signal("phase_q", Phase.type)
  var place: Signal { Signal("place_q", .address(of: count)) }
  private let takes = Signal("takes", .bit)
  private let isLast = Signal("is_last", .bit)
  /// High from the end of the second pass's reading on.
  private let isRead = Signal("is_read_q", .bit)
  let written = Signal("written", .bit)
  var writtenPlace: Signal { Signal("written_place_q", .address(of: count)) }
  private let isComplete = Signal("is_complete", .bit)
  var power: Signal { Signal("power", exponential.power) }
  var sum: Signal { Signal("sum_q", quantizer.sum) }

  /// - Throws: `Verilog.ModuleError` when `name` is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      name,
      summary: [
        "Softmax of rows of \(count) scores (\(score)) in codes (\(quantizer.type)).",
        "Takes a score in every cycle in which valid_i and ready_o are high; shows the codes of a row "
          + "in \(count) cycles, beginning \(latency) cycles after its last score.",
      ]
        + (parameterBits > 0
          ? ["parameter_i is the row's while ready_o is low: \(parameters.description)."] : []),
      ports: ClockedPorts.all + [.input(validIn), .input(scoreIn)]
        + (parameterBits > 0 ? [.input(parameterIn)] : [])
        + [.output(readyOut), .output(validOut), .output(codeOut)],
      sections: [control(), scores(), try powers(), sums()] + scaling() + [try codes()]
    )
  }

  func phase(_ wanted: Phase) -> Verilog.Expression { phase.value.equals(wanted.value) }

  private var last: Verilog.Expression { .literal(count - 1, place.type) }

  private func control() -> Verilog.Section {
    Verilog.Section(
      "Phases: scores come in; powers are computed until the last one is stored; the sum is scaled; "
        + "codes leave. place counts through the row in each pass.",
      wires: [takes, isLast, written, isComplete],
      registers: [phase, place, isRead, writtenPlace, scalings],
      [
        .assign(takes.reference, validIn.value & phase(.scores)),
        .assign(isLast.reference, place.value.equals(last)),
        .assign(isComplete.reference, written.value & writtenPlace.value.equals(last)),
        ClockedPorts.clocked(
          reset: [place.cleared, isRead.cleared, .assign(phase.reference, Phase.scores.value)],
          [
            .assign(isRead.reference, phase(.powers) & (isRead.value | isLast.value)),
            leavingPhase,
          ]
        ),
        ClockedPorts.clocked(
          reset: [scalings.cleared],
          [.assign(scalings.reference, scalingsNext)]
        ),
        ClockedPorts.clocked(
          reset: [writtenPlace.cleared],
          [.when(written.value, [following(writtenPlace, last: isComplete)])]
        ),
        .assign(readyOut.reference, phase(.scores)),
      ]
    )
  }

  /// A bit for every cycle of the sum's multiplication.
  private var scalings: Signal {
    Signal("scaling_token_q", .unsigned(quantizer.scalingCycles))
  }
  private var scalingsNext: Verilog.Expression {
    let begins = phase(.powers) & isComplete.value
    return .concatenation([
      scalings.reference.slice(0, bits: scalings.type.bits - 1).value, begins,
    ])
  }
  /// The last cycle of that.
  private var isScaled: Verilog.Expression {
    scalings.reference.slice(Verilog.Affine(scalings.type.bits - 1), bits: 1).value
  }

  /// What a phase does with its place, and where it goes.
  private var leavingPhase: Verilog.Statement {
    let next = following(place, last: isLast)
    func enter(_ phase: Phase) -> Verilog.Statement { .assign(self.phase.reference, phase.value) }
    return .select(
      phase.value,
      [
        .init(
          Phase.scores.value,
          [.when(takes.value, [next, .when(isLast.value, [enter(.powers)])])]
        ),
        .init(
          Phase.powers.value,
          [.when(~isRead.value, [next]), .when(isComplete.value, [enter(.scaling)])]
        ),
        .init(Phase.scaling.value, [.when(isScaled, [enter(.codes)])]),
      ],
      otherwise: [next, .when(isLast.value, [enter(.scores)])]
    )
  }

  /// A place one further, and at the first one behind the last.
  private func following(_ register: Signal, last: Signal) -> Verilog.Statement {
    .assign(
      register.reference,
      Verilog.Expression.literal(0, place.type)
        .when(last.value, otherwise: register.value + .literal(1, place.type))
    )
  }

  /// The row, and its greatest or least score.
  private func scores() -> Verilog.Section {
    let row = Signal("scores_q", .init(score), depth: count)
    let isFirst = place.equals(0)
    let isFarther =
      falls
      ? scoreIn.value.isLess(than: extreme.value) : extreme.value.isLess(than: scoreIn.value)
    return Verilog.Section(
      "Scores: the row is stored, and its \(falls ? "least" : "greatest") one is kept.",
      registers: [row, extreme, readScore],
      [
        ClockedPorts.clocked([
          .when(
            takes.value,
            [
              .assign(row[place.value], scoreIn.value),
              .when(isFirst | isFarther, [.assign(extreme.reference, scoreIn.value)]),
            ]
          ),
          .assign(readScore.reference, row[place.value].value),
        ])
      ]
    )
  }

  private var extreme: Signal { Signal("extreme_q", .init(score)) }
  private var readScore: Signal { Signal("score_q", .init(score)) }

  /// The distance of every score from the extreme one, and its power.
  private func powers() throws(Verilog.ModuleError) -> Verilog.Section {
    let difference = Signal("difference_q", .unsigned(score.bits))
    let tokens = Signal("power_token_q", .unsigned(exponential.latency + 2))
    // Modulo 2^width: a distance is never negative and fits.
    func bits(_ signal: Signal) -> Verilog.Expression {
      score.isSigned ? signal.value.asUnsigned : signal.value
    }
    let distance =
      falls ? bits(readScore) - bits(extreme) : bits(extreme) - bits(readScore)
    return Verilog.Section(
      "Powers: the distance of each score, its power \(exponential.latency) cycles later, and a token "
        + "that says when it is there.",
      wires: [power],
      registers: [difference, tokens],
      [
        ClockedPorts.clocked([.assign(difference.reference, distance)]),
        ClockedPorts.clocked(
          reset: [tokens.cleared],
          [
            .assign(
              tokens.reference,
              .concatenation([
                tokens.reference.slice(0, bits: tokens.type.bits - 1).value,
                phase(.powers) & ~isRead.value,
              ])
            )
          ]
        ),
        .assign(
          written.reference,
          tokens.reference.slice(Verilog.Affine(tokens.type.bits - 1), bits: 1).value
        ),
        .instance(try exponential(of: difference)),
      ]
    )
  }

  /// The unit that gives the powers of differences.
  private func exponential(
    of difference: Signal
  ) throws(Verilog.ModuleError) -> Verilog.Instance {
    var inputs = [
      ClockedPorts.clock.name: ClockedPorts.clock.value,
      ClockedPorts.enable.name: ClockedPorts.enable.value,
      exponential.differenceIn.name: difference.value,
    ]
    if let multiplier = exponential.multiplier {
      inputs[multiplier.port.name] = parameter(multiplier)
    }
    return Verilog.Instance(
      "exponential",
      of: try exponential.module(),
      inputs: inputs,
      outputs: ["power_o": power.reference]
    )
  }

  /// The field of a number in which parameterSets differ.
  func parameter(_ number: ParameterSetNumber) -> Verilog.Expression {
    parameters.field(number, of: parameterIn.reference)
  }
}
