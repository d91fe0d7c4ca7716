public import BigInt

extension Trace {
  /// A block that takes operands in every cycle and gives their result some cycles later.
  ///
  /// - Parameters:
  ///   - module: a block without reset and with one output.
  ///   - latency: cycles from operands to result.
  ///   - operands: the bits of every input but clock and enable, for each cycle.
  ///   - results: the bits of the output for each of these.
  public init(
    pipeline module: Verilog.Module,
    latency: Int,
    operands: [[BigUInt]],
    results: [BigUInt]
  ) {
    let cycles = (0..<operands.count + latency).map { index in
      Cycle(
        inputs: [1] + operands[min(index, operands.count - 1)],
        outputs: [[index >= latency ? results[index - latency] : nil]]
      )
    }
    self.init(module, lanes: [1], cycles: cycles)
  }
}
