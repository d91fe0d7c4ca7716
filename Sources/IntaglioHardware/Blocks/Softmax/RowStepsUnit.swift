package import BigInt
package import IntaglioGraph
package import IntaglioNumerics

/// Rows of scores → codes of how far each is from the greatest (or least) of its row, by thresholds, one score
/// and one code a cycle: equation (36).
///
/// Two passes over a row: its scores come in and leave their greatest one; every score is read again, and what
/// its distance reaches is its code. The next row may come in while the last codes leave.
///
/// One unit serves several functions of one `RowStepsSignature`, its parameter sets. The thresholds in which they
/// differ are a word, `parameter_i`: from the cycle behind the row's last score on, as long as `ready_o` is low,
/// it is the word of that row. Where nothing differs, there is no such port.
package struct RowStepsUnit: Hashable, Sendable {
  /// Of the module.
  package let name: String
  /// How many scores a row has.
  package let count: Int
  package let score: IntegerType
  package let code: IntegerType
  /// The codes from the least distance on, and the greatest distance before each further one.
  private let levels: [Int]
  private let borders: [ParameterSetNumber]
  private let fallsFromLargest: Bool

  /// The unit for rows of `count` scores.
  ///
  /// - Parameters:
  ///   - name: of the module.
  ///   - functions: of one table each; the place of one is its parameter set.
  ///   - count: how many scores a row has.
  ///   - score: their type.
  /// - Precondition: there is a function, and all are of one `RowStepsSignature`.
  package init(_ name: String, _ functions: [RowThresholds], count: Int, score: IntegerType) {
    let tables = functions.map { RowStepsTable($0, score: score) }
    precondition(Set(tables.map(\.levels)).count == 1, "functions of one form")
    (self.name, self.count, self.score) = (name, count, score)
    code = functions[0].type
    levels = tables[0].levels
    fallsFromLargest = functions[0].fallsFromLargest
    borders = tables[0].borders.indices.map { place in
      ParameterSetNumber("border_\(place)", tables.map { BigInt($0.borders[place]) })
    }
  }

  private var parameters: WordLayout<ParameterSetNumber> {
    WordLayout(borders.filter(\.differs).map { ($0, $0.type) })
  }

  /// The width of `parameter_i`; 0 where the functions are equal and there is no such port.
  package var parameterBits: Int { parameters.bits }

  /// What `parameter_i` carries for a row of the function at that place.
  package func parameterWord(_ parameterSet: Int) -> BigUInt {
    parameters.word(
      Dictionary(
        uniqueKeysWithValues: borders.filter(\.differs).map { ($0, $0.values[parameterSet]) }
      )
    )
  }

  /// Cycles from the last score of a row to its first code.
  package var latency: Int { 5 }
  /// Cycles from the last score of a row until the next one may come: the last distance is compared.
  package var busy: Int { count + 3 }

  typealias Signal = Verilog.Signal

  private let validIn = Signal("valid_i", .bit)
  private var scoreIn: Signal { Signal("score_i", .init(score)) }
  /// The row's thresholds, where functions differ in any.
  var parameterIn: Signal { Signal("parameter_i", parameters.type) }
  private let readyOut = Signal("ready_o", .bit)
  private let validOut = Signal("valid_o", .bit)
  private var codeOut: Signal { Signal("code_o", .init(code)) }

  /// Whether scores have come and codes are made.
  private let isFull = Signal("is_full_q", .bit)
  private var place: Signal { Signal("place_q", .address(of: count)) }
  private let isReady = Signal("is_ready", .bit)
  private let takes = Signal("takes", .bit)
  private let isLast = Signal("is_last", .bit)
  private var extreme: Signal { Signal("extreme_q", .init(score)) }
  private var row: Signal { Signal("scores_q", .init(score), depth: count) }
  private var readScore: Signal { Signal("score_q", .init(score)) }
  private var distance: Signal { Signal("distance_q", .unsigned(score.bits)) }
  private var beyond: Signal { Signal("beyond_q", .unsigned(max(1, borders.count))) }
  private var found: Signal { Signal("code_q", .init(code)) }
  private var tokens: Signal { Signal("token_q", .unsigned(latency - 1)) }

  /// - Throws: `Verilog.ModuleError` when `name` is none.
  package func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      name,
      summary: [
        "Codes (\(code)) of the distances of \(count) scores (\(score)) from the "
          + "\(fallsFromLargest ? "greatest" : "least") one.",
        "Takes a score in every cycle in which valid_i and ready_o are high; shows the codes of a row "
          + "in \(count) cycles, beginning \(latency) cycles after its last score.",
      ]
        + (parameterBits > 0
          ? ["parameter_i is the row's while ready_o is low: \(parameters.description)."] : []),
      ports: ClockedPorts.all + [.input(validIn), .input(scoreIn)]
        + (parameterBits > 0 ? [.input(parameterIn)] : [])
        + [.output(readyOut), .output(validOut), .output(codeOut)],
      sections: [control, scores, codes]
    )
  }

  private var control: Verilog.Section {
    let next = Verilog.Expression.literal(0, place.type)
      .when(isLast.value, otherwise: place.value + .literal(1, place.type))
    let rest = tokens.reference.slice(0, bits: tokens.type.bits - 1).value
    return Verilog.Section(
      "Scores come in until the row is full; then its codes leave. place counts through the row in each pass.",
      wires: [isReady, takes, isLast],
      registers: [isFull, place, tokens],
      [
        .assign(
          isReady.reference,
          ~isFull.value & ~Verilog.Expression.unary(.any, tokens.reference.slice(0, bits: 2).value)
        ),
        .assign(takes.reference, validIn.value & isReady.value),
        .assign(isLast.reference, place.equals(count - 1)),
        ClockedPorts.clocked(
          reset: [.assign(isFull.reference, .bit(false)), place.cleared, tokens.cleared],
          [
            .assign(tokens.reference, .concatenation([rest, isFull.value])),
            .when(
              takes.value | isFull.value,
              [
                .assign(place.reference, next),
                .assign(isFull.reference, isFull.value ^ isLast.value),
              ]
            ),
          ]
        ),
        .assign(readyOut.reference, isReady.value),
        .assign(
          validOut.reference,
          tokens.reference.slice(Verilog.Affine(tokens.type.bits - 1), bits: 1).value
        ),
      ]
    )
  }

  private var scores: Verilog.Section {
    let isFarther =
      fallsFromLargest
      ? extreme.value.isLess(than: scoreIn.value) : scoreIn.value.isLess(than: extreme.value)
    return Verilog.Section(
      "Scores: the row is stored, and its \(fallsFromLargest ? "greatest" : "least") one is kept.",
      registers: [row, extreme, readScore],
      [
        ClockedPorts.clocked([
          .when(
            takes.value,
            [
              .assign(row[place.value], scoreIn.value),
              .when(
                place.equals(0) | isFarther,
                [.assign(extreme.reference, scoreIn.value)]
              ),
            ]
          ),
          .assign(readScore.reference, row[place.value].value),
        ])
      ]
    )
  }

  private var codes: Verilog.Section {
    // Modulo 2^width: a distance is never negative and fits.
    func bits(_ signal: Signal) -> Verilog.Expression {
      score.isSigned ? signal.value.asUnsigned : signal.value
    }
    let passed = borders.map { border -> Verilog.Expression in
      let limit: Verilog.Expression
      if border.differs {
        let field = parameters.field(border, of: parameterIn.reference)
        limit = border.type.bits < score.bits ? .extended(field, distance.type) : field
      } else {
        limit = .literal(border.values[0], distance.type)
      }
      return limit.isLess(than: distance.value)
    }
    let code = levels.indices.dropFirst().reduce(Verilog.Expression.literal(levels[0], found.type))
    {
      .literal(levels[$1], found.type)
        .when(
          beyond.reference.slice(Verilog.Affine($1 - 1), bits: 1).value,
          otherwise: $0
        )
    }
    return Verilog.Section(
      "Codes: the distance of each score, the borders that it is beyond, and the code behind the last of these.",
      registers: [distance, beyond, found],
      [
        ClockedPorts.clocked([
          .assign(
            distance.reference,
            fallsFromLargest ? bits(extreme) - bits(readScore) : bits(readScore) - bits(extreme)
          ),
          .assign(
            beyond.reference,
            passed.count > 1
              ? .concatenation(passed.reversed()) : passed.first ?? .bit(false)
          ),
          .assign(found.reference, code),
        ]),
        .assign(codeOut.reference, found.value),
      ]
    )
  }
}

/// What the circuit of row thresholds is made of; functions of one form share a `RowStepsUnit` and differ in their
/// thresholds at most.
package struct RowStepsSignature: Hashable, Sendable {
  private let code: IntegerType
  private let levels: [Int]
  private let fallsFromLargest: Bool
  private let count: Int
  private let score: IntegerType

  /// The form of `function`, of one table, for rows of `count` scores.
  package init(_ function: RowThresholds, count: Int, score: IntegerType) {
    code = function.type
    levels = RowStepsTable(function, score: score).levels
    fallsFromLargest = function.fallsFromLargest
    (self.count, self.score) = (count, score)
  }
}

/// The codes of row thresholds from distance 0 on, and the greatest distance before each further one.
private struct RowStepsTable {
  private(set) var levels: [Int]
  private(set) var borders: [Int] = []

  /// Steps at one distance are one change; those that no distance reaches are beyond the greatest one.
  init(_ function: RowThresholds, score: IntegerType) {
    let table = function.tables.values[0]
    let greatest = (1 << score.bits) - 1
    levels = [table(0)]
    for (place, threshold) in table.thresholds.enumerated() where threshold > 0 {
      let border = min(threshold - 1, greatest)
      let code = table.codes[place + 1]
      if border == borders.last, border < greatest || threshold == table.thresholds[place - 1] {
        levels[levels.count - 1] = code
      } else {
        levels.append(code)
        borders.append(border)
      }
    }
  }
}
