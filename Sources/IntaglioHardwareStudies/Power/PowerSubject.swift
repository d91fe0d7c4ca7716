import BigInt
public import IntaglioHardware
import IntaglioNumerics

/// A module, and what it does while its power is taken.
public struct PowerSubject: Sendable {
  public let kind: UnitKind
  /// Of the operands of a product; `nil` for other units.
  public let weightBits: Int?
  public let activationBits: Int?
  /// Where the operands come from.
  public let operands: String
  /// What it is fed and what its model says.
  public let trace: Trace
  /// The first cycle that counts.
  public let firstCycle: Int
  /// What the module loads.
  public let images: [Verilog.MemoryImage]

  public init(
    kind: UnitKind,
    weightBits: Int? = nil,
    activationBits: Int? = nil,
    operands: String,
    trace: Trace,
    firstCycle: Int,
    images: [Verilog.MemoryImage] = []
  ) {
    self.kind = kind
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.operands = operands
    self.trace = trace
    self.firstCycle = firstCycle
    self.images = images
  }
}

extension PowerSubject {
  /// Our element: integers, the output stays.
  ///
  /// - Throws: `PowerError.shape` where there is no such element.
  public static func outputStationary(_ stream: OperandStream) throws(PowerError) -> PowerSubject {
    let shape: ArrayShape
    do {
      shape = try ArrayShape(
        rows: 1,
        columns: 1,
        rowOperand: stream.row,
        columnOperand: stream.column,
        accumulator: stream.accumulator,
        splitsSums: true
      )
    } catch {
      throw .shape(error)
    }
    let element = ProcessingElement(shape)
    let player = ElementTrace(frame: element.frame, module: try made(element.module))
    return PowerSubject(
      element: .outputStationary,
      stream,
      player.trace(of: stream.tiles.map { $0.patterns(stream, sum: .init(stream.accumulator)) })
    )
  }

  /// Each code times its scale of 8 bits before the multiply-accumulate.
  public static func dequantizeFirst(
    _ stream: OperandStream,
    rowScale: Int,
    columnScale: Int
  ) throws(PowerError) -> PowerSubject {
    let bits = stream.accumulator.bits + 16
    let element = DequantizingElement(
      row: stream.row,
      column: stream.column,
      accumulator: .i(min(32, bits))
    )
    let player = ElementTrace(
      frame: element.frame,
      module: try made(element.module),
      constants: ["row_scale_i": BigUInt(rowScale), "column_scale_i": BigUInt(columnScale)]
    )
    let tiles = stream.tiles.map { tile in
      tile.patterns(stream, sum: .init(element.accumulator), factor: rowScale * columnScale)
    }
    return PowerSubject(element: .dequantizeFirst, stream, player.trace(of: tiles))
  }

  /// Floating-point numbers: the codes times real scales, rounded to the format.
  public static func floating(
    _ kind: UnitKind,
    _ arithmetic: FloatMultiplyAdd,
    _ stream: OperandStream,
    rowScale: Double,
    columnScale: Double
  ) throws(PowerError) -> PowerSubject {
    let tiles = stream.tiles.map { tile in
      FloatTile(
        rows: tile.rows.map { arithmetic.operand.pattern(Double($0) * rowScale) },
        columns: tile.columns.map { arithmetic.operand.pattern(Double($0) * columnScale) }
      )
    }
    let element = FloatingElement(arithmetic)
    let trace: Trace
    do { trace = try element.trace(of: tiles) } catch { throw .simulation(.bench(.module(error))) }
    return PowerSubject(element: kind, stream, trace, bits: arithmetic.operand.bits)
  }

  /// Integers, the weight stays: what the elements of a column see of a block of columns, from the
  /// highest one down.
  ///
  /// - Parameters:
  ///   - stream: tiles that share their column operands lie side by side.
  ///   - limit: after that many cycles it ends.
  /// - Returns: the element and its trace.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func weightStationary(
    _ stream: OperandStream,
    limit: Int = .max
  ) throws(PowerError) -> PowerSubject {
    let element = WeightStationaryElement(
      activation: stream.row,
      weight: stream.column,
      accumulator: stream.accumulator
    )
    let module = try made(element.module)
    return PowerSubject(
      element: .weightStationary,
      stream,
      element.trace(of: stream, module, limit: limit)
    )
  }

  private init(element kind: UnitKind, _ stream: OperandStream, _ trace: Trace, bits: Int? = nil) {
    self.init(
      kind: kind,
      weightBits: bits ?? stream.column.bits,
      activationBits: bits ?? stream.row.bits,
      operands: stream.name,
      trace: trace,
      firstCycle: ElementTrace.warmUp
    )
  }

  /// A module whose generator would be at fault if there were none.
  static func made(
    _ module: () throws(Verilog.ModuleError) -> Verilog.Module
  ) throws(PowerError) -> Verilog.Module {
    do { return try module() } catch { throw .simulation(.bench(.module(error))) }
  }
}

extension Verilog.SignalType {
  /// The bits of `value` as ports carry them.
  func pattern(_ value: Int) -> BigUInt {
    var word = Verilog.PackedWord()
    word.append(value, self)
    return word.pattern
  }
}

extension OperandStream.Tile {
  /// As the ports of an element carry it; the sum times `factor`.
  fileprivate func patterns(
    _ stream: OperandStream,
    sum type: Verilog.SignalType,
    factor: Int = 1
  ) -> ElementTrace.Tile {
    let (row, column) = (Verilog.SignalType(stream.row), Verilog.SignalType(stream.column))
    return ElementTrace.Tile(
      rows: rows.map { row.pattern($0) },
      columns: columns.map { column.pattern($0) },
      sum: type.pattern(sum * factor)
    )
  }
}
