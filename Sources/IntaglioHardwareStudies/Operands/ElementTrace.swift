import BigInt
import IntaglioHardware

/// What an output-stationary element is fed, and what it shows, tile after tile without a pause.
///
/// It is in the middle of a column: its sum waits for the rows below, then moves on, and the sums of
/// the rows above pass. These are sums of the same layer, of the tiles before.
struct ElementTrace {
  let frame: ElementFrame
  let module: Verilog.Module
  /// Inputs of the arithmetic that never change, by name.
  var constants: [String: BigUInt] = [:]

  /// Bit patterns of the operands of one sum, and of the sum.
  struct Tile {
    let rows: [BigUInt]
    let columns: [BigUInt]
    let sum: BigUInt
  }

  /// Cycles under reset, and cycles after which every register holds something.
  private static let reset = 2
  static let warmUp = reset + 6

  /// The rows of an array, where tiles are not shorter than that.
  private static let rows = 8

  func trace(of tiles: [Tile]) -> Trace {
    let column = min(Self.rows, tiles.map(\.rows.count).min() ?? 1)
    let slices = tiles.flatMap(slices)
    let drain = drain(of: tiles, column: column)
    let idle = Slice(row: 0, column: 0, isFirst: false, isLast: false)
    let fed =
      Array(repeating: idle, count: Self.reset) + slices
      + Array(repeating: idle, count: 4 + frame.productStages + column)
    var passing: BigUInt = 0
    let cycles = fed.indices.map { cycle in
      passing = drain.moved[cycle] ?? passing
      let before = cycle > 0 ? fed[cycle - 1] : nil
      return Trace.Cycle(
        inputs: inputs(
          fed[cycle],
          isReset: cycle < Self.reset,
          above: passing,
          moves: drain.moved[cycle] != nil
        ),
        outputs: outputs(before, sum: drain.sums[cycle], isDone: drain.dones.contains(cycle))
      )
    }
    return Trace(module, lanes: [1, 1, 1, 1, 1, 1], cycles: cycles)
  }

  private func slices(_ tile: Tile) -> [Slice] {
    zip(tile.rows, tile.columns).enumerated().map { index, operands in
      Slice(
        row: operands.0,
        column: operands.1,
        isFirst: index == 0,
        isLast: index == tile.rows.count - 1
      )
    }
  }

  /// By cycle: what the drain register shows, what comes from above into it, and when a sum is done.
  private struct Drain {
    var sums: [Int: BigUInt] = [:]
    var moved: [Int: BigUInt] = [:]
    var dones: Set<Int> = []
  }

  private func drain(of tiles: [Tile], column: Int) -> Drain {
    let above = column / 2
    var drain = Drain()
    var slices = 0
    for (position, tile) in tiles.enumerated() {
      slices += tile.rows.count
      // The drain register shows it after operands, product, accumulator and itself, and keeps it
      // until the rows below are done, too.
      let done = Self.reset + slices + 2 + frame.productStages
      drain.dones.insert(done - 1)
      for cycle in done..<done + column - above { drain.sums[cycle] = tile.sum }
      for row in 0..<above {
        let cycle = done + column - above - 1 + row
        drain.moved[cycle] = tiles[max(0, position - 1 - row)].sum
        drain.sums[cycle + 1] = drain.moved[cycle]
      }
    }
    return drain
  }

  private struct Slice {
    let row: BigUInt
    let column: BigUInt
    let isFirst: Bool
    let isLast: Bool
  }

  private func inputs(
    _ slice: Slice,
    isReset: Bool,
    above: BigUInt,
    moves: Bool
  ) -> [BigUInt] {
    let known: [String: BigUInt] = [
      ClockedPorts.reset.name: isReset ? 0 : 1, ClockedPorts.enable.name: 1,
      frame.rowIn.name: slice.row, frame.columnIn.name: slice.column,
      ElementFrame.firstIn.name: slice.isFirst ? 1 : 0,
      ElementFrame.lastIn.name: slice.isLast ? 1 : 0,
      ElementFrame.moveIn.name: moves ? 1 : 0, frame.sumIn.name: above,
    ]
    let names = module.ports.filter { $0.direction == .input && $0.signal != ClockedPorts.clock }
    return names.map { known[$0.signal.name] ?? constants[$0.signal.name] ?? 0 }
  }

  /// In the order of the ports: operands and tokens of the cycle before, and the sum.
  private func outputs(_ before: Slice?, sum: BigUInt?, isDone: Bool) -> [[BigUInt?]] {
    guard let before else { return Array(repeating: [nil], count: 6) }
    return [
      [before.row], [before.column], [before.isFirst ? 1 : 0], [before.isLast ? 1 : 0],
      [isDone ? 1 : 0], [sum],
    ]
  }
}
