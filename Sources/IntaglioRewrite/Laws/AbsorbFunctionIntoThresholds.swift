public import IntaglioGraph
import IntaglioNumerics
import Synchronization

/// Turns functions between an accumulator and a quantizer into integer tables: equation (18).
///
///     before   a ─ dequantize(s, o) ─ gelu ─ clip ─ … ─ quantize(s′, z′) ── y
///
///     narrow   a ─ steps(breakpoints per channel) ── y
///
///     wide     a ─ stream(s/2^e, o/2^e) ─ lookup(entry per index) ── y
///
/// Narrow codes count integer breakpoints: scale, bias, function and rounding are absorbed exactly,
/// whatever their signs. Wide codes would need hundreds of breakpoints per channel; they go through
/// an index of fewer bits that all channels share, and a table whose largest error is proved; only where
/// zero points or scales of the codes vary from channel to channel they are counted as well.
public struct AbsorbFunctionIntoThresholds: RewriteRule {
  public let law = "quantize(f(s·a + o)) = a step per code, at integers"
  private let widestThresholds: Int
  private let index: IntegerType
  private let known = KnownFunctions()

  /// - Parameters:
  ///   - widestThresholds: the bits of a code up to which breakpoints are counted.
  ///   - indexBits: the bits of the shared index for wider codes, 8 to 16.
  public init(widestThresholds: Int = 5, indexBits: Int = 16) {
    self.widestThresholds = widestThresholds
    index = .i(indexBits)
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation, quantizer.type.bits <= 8,
      let chain = FunctionChainMatch(graph[value].operands[0], quantizer, in: graph)
    else { return nil }
    do {
      // One table serves all channels, so one quantizer must.
      let isShared = chain.channels.map(\.quantizer).uniform != nil
      return quantizer.type.bits <= widestThresholds || !isShared
        ? try steps(value, chain, quantizer, in: &graph)
        : try lookup(value, chain, quantizer, in: &graph)
    } catch let error as GraphError {
      throw error
    } catch { return nil }
  }

  private func steps(
    _ value: Value,
    _ chain: FunctionChainMatch,
    _ quantizer: Quantizer,
    in graph: inout Graph
  ) throws -> Value {
    let tables = try chain.channels.map { channel in
      let function = try known.function(chain.functions, channel.quantizer)
      return try function.table(
        multiplier: channel.multiplier,
        offset: channel.offset,
        within: chain.range
      )
    }
    return try graph.append(
      .integer(.thresholds(MultiThreshold(quantizer.type, tables: tables))),
      chain.codes,
      name: graph.name(of: value)
    )
  }

  private func lookup(
    _ value: Value,
    _ chain: FunctionChainMatch,
    _ quantizer: Quantizer,
    in graph: inout Graph
  ) throws -> Value? {
    guard let shared = chain.channels.map(\.quantizer).uniform else { return nil }
    let function = try FunctionQuantization(chain.functions, shared)
    let step = try function.step(index: index, covering: chain.numbers)
    let table = try function.lookup(index: index, step: step)
    let sum = RealSum(
      chain.codes,
      scale: chain.channels.map(\.multiplier),
      offset: chain.channels.map(\.offset)
    )
    guard
      let stream = AbsorbSumIntoScaledSum.stream(
        sum,
        Quantizer(index, scale: Scale(step)),
        in: graph
      )
    else { return nil }
    let indices = try graph.append(.integer(.scaledSum(stream.sum)), chain.codes)
    let result = try graph.append(
      .integer(
        .lookup(LookupFunction(quantizer.type, index: index, entries: table.entries))
      ),
      indices,
      name: graph.name(of: value)
    )
    // A number within the stream's error of a border of two indices may take the neighbour's entry.
    let codes = Double(table.bound + 1)
    let maximum = codes * shared.scale.magnitude.doubleValue
    graph.setBound(
      ErrorBound(
        law: "\(name), \(index) index",
        maximum: maximum,
        relative: codes / Double(quantizer.type.range.count - 1)
      ),
      of: result
    )
    return result
  }
}

/// Functions whose borders were found already: layers whose quantizers lie on one grid share them.
private final class KnownFunctions: Sendable {
  private struct Key: Hashable {
    let functions: [Function]
    let quantizer: ScalarQuantizer
  }

  private let known = Mutex<[Key: FunctionQuantization]>([:])

  func function(
    _ functions: [Function],
    _ quantizer: ScalarQuantizer
  ) throws -> FunctionQuantization {
    let key = Key(functions: functions, quantizer: quantizer)
    if let found = known.withLock({ $0[key] }) { return found }
    let function = try FunctionQuantization(functions, quantizer)
    known.withLock { $0[key] = function }
    return function
  }
}

/// Functions between an accumulator and a quantizer, and the numbers of every channel.
private struct FunctionChainMatch {
  struct Channel: Hashable {
    let multiplier: Rational
    let offset: Rational
    let quantizer: ScalarQuantizer
  }

  let codes: Value
  /// Applied first to last; at least one.
  let functions: [Function]
  let channels: Broadcast<Channel>
  /// What the accumulator can be.
  let range: ClosedRange<Int>
  /// What the functions can be given.
  let numbers: ClosedRange<Rational>

  init?(_ value: Value, _ quantizer: Quantizer, in graph: Graph) {
    var functions: [Function] = []
    var value = value
    while case .function(let function) = graph[value].operation {
      functions.insert(function, at: 0)
      value = graph[value].operands[0]
    }
    var ranges = Ranges(graph)
    guard
      !functions.isEmpty, let operand = graph.dequantized(value),
      graph.constant(operand.codes) == nil,
      let range = ranges.range(of: operand.codes),
      IntegerType.i32.range.contains(range.lowerBound),
      IntegerType.i32.range.contains(range.upperBound),
      let channels = Self.channels(operand.dequantizer, quantizer)
    else { return nil }
    self.codes = operand.codes
    self.functions = functions
    self.channels = channels
    self.range = range
    let ends = Set(channels.values.map { [$0.multiplier, $0.offset] }).flatMap { line in
      [range.lowerBound, range.upperBound].map { line[0] * Rational($0) + line[1] }
    }
    guard let least = ends.min(), let greatest = ends.max() else { return nil }
    numbers = least...greatest
  }

  private static func channels(
    _ dequantizer: Dequantizer,
    _ quantizer: Quantizer
  ) -> Broadcast<Channel>? {
    dequantizer.scale
      .combined(dequantizer.zeroPoint) { Line(multiplier: $0, offset: $0 * Rational($1)) }?
      .combined(dequantizer.offset) { Line(multiplier: $0.multiplier, offset: $1 - $0.offset) }?
      .combined(quantizer.scale) { Scaled(line: $0, scale: $1) }?
      .combined(quantizer.zeroPoint) { scaled, zeroPoint in
        Channel(
          multiplier: scaled.line.multiplier,
          offset: scaled.line.offset,
          quantizer: ScalarQuantizer(
            scale: scaled.scale,
            zeroPoint: zeroPoint,
            placement: quantizer.placement,
            codes: quantizer.type.range
          )
        )
      }
  }

  fileprivate struct Line: Hashable {
    let multiplier: Rational
    let offset: Rational
  }

  private struct Scaled: Hashable {
    let line: Line
    let scale: Rational
  }
}
