import BigInt

/// What an output-stationary element is fed, and what it shows, tile after tile without a pause.
///
/// It is the one in the highest row: nothing comes from above. Its column starts to drain one cycle
/// after its sum is done.
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

  func trace(of tiles: [Tile]) -> Trace {
    var slices: [Slice] = []
    var sums: [Int: BigUInt] = [:]
    for tile in tiles {
      for (index, (row, column)) in zip(tile.rows, tile.columns).enumerated() {
        slices.append(
          Slice(
            row: row,
            column: column,
            isFirst: index == 0,
            isLast: index == tile.rows.count - 1
          )
        )
      }
      // The drain register shows it after operands, product, accumulator and itself.
      sums[Self.reset + slices.count - 1 + 3 + frame.productStages] = tile.sum
    }
    let idle = Slice(row: 0, column: 0, isFirst: false, isLast: false)
    let fed =
      Array(repeating: idle, count: Self.reset) + slices
      + Array(repeating: idle, count: 4 + frame.productStages)
    let cycles = fed.indices.map { cycle in
      let before = cycle > 0 ? fed[cycle - 1] : nil
      return Trace.Cycle(
        inputs: inputs(fed[cycle], isReset: cycle < Self.reset, isStart: sums[cycle] != nil),
        outputs: outputs(before, sum: sums[cycle], isDone: sums[cycle + 1] != nil)
      )
    }
    return Trace(module, lanes: [1, 1, 1, 1, 1, 1], cycles: cycles)
  }

  private struct Slice {
    let row: BigUInt
    let column: BigUInt
    let isFirst: Bool
    let isLast: Bool
  }

  private func inputs(_ slice: Slice, isReset: Bool, isStart: Bool) -> [BigUInt] {
    let known: [String: BigUInt] = [
      ClockedPorts.reset.name: isReset ? 0 : 1, ClockedPorts.enable.name: 1,
      frame.rowIn.name: slice.row, frame.columnIn.name: slice.column,
      ElementFrame.firstIn.name: slice.isFirst ? 1 : 0,
      ElementFrame.lastIn.name: slice.isLast ? 1 : 0,
      ElementFrame.startIn.name: isStart ? 1 : 0,
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
