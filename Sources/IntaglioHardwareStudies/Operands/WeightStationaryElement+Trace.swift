import BigInt
import IntaglioHardware

extension WeightStationaryElement {
  /// What the elements of a column see, from the highest one down: each loads its weight, then takes an
  /// activation of every tile that has this weight, and the sum of the elements above.
  func trace(of stream: OperandStream, _ module: Verilog.Module, limit: Int) -> Trace {
    var slices: [Slice] = []
    var rest = stream.tiles[...]
    while let columns = rest.first?.columns {
      let block = rest.prefix { $0.columns == columns }
      rest = rest.dropFirst(block.count)
      var sums = Array(repeating: 0, count: block.count)
      for (position, weight) in columns.enumerated() where slices.count < limit {
        slices.append(Slice(activation: 0, weight: weight, isLoad: true, above: 0))
        for (index, tile) in block.enumerated() {
          slices.append(
            Slice(
              activation: tile.rows[position],
              weight: weight,
              isLoad: false,
              above: sums[index]
            )
          )
          sums[index] += tile.rows[position] * weight
        }
      }
    }
    let types = (
      row: Verilog.SignalType(activation), column: Verilog.SignalType(weight),
      sum: Verilog.SignalType(accumulator)
    )
    let cycles = (0..<slices.count + Self.latency).map { cycle in
      let now = slices[min(cycle, slices.count - 1)]
      func slice(_ before: Int) -> Slice? { cycle >= before ? slices[cycle - before] : nil }
      let last = cycle > slices.count ? nil : slice(1)
      let done = slice(Self.latency)
      return Trace.Cycle(
        inputs: [
          1, types.row.pattern(now.activation), types.column.pattern(now.weight),
          now.isLoad ? 1 : 0, types.sum.pattern(now.above),
        ],
        outputs: [
          [last.map { types.row.pattern($0.activation) }],
          [last.map { types.column.pattern($0.weight) }],
          [done.map { types.sum.pattern($0.above + $0.activation * $0.weight) }],
        ]
      )
    }
    return Trace(module, lanes: [1, 1, 1], cycles: cycles)
  }

  private struct Slice {
    let activation: Int
    let weight: Int
    let isLoad: Bool
    let above: Int
  }
}
