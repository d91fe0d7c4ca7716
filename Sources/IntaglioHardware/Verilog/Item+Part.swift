extension Verilog.Item {
  /// An instance of a clocked module; what is not named of its outputs stays open.
  static func part(
    _ name: String,
    of module: Verilog.Module,
    clock: Verilog.Signal,
    reset: Verilog.Signal,
    _ inputs: [String: Verilog.Expression],
    _ outputs: [(port: Verilog.Signal, wire: Verilog.Signal)]
  ) -> Verilog.Item {
    let always = [
      ClockedPorts.clock.name: clock.value, ClockedPorts.reset.name: reset.value,
    ]
    return .instance(
      Verilog.Instance(
        name,
        of: module,
        inputs: always.merging(inputs) { first, _ in first },
        outputs: Dictionary(
          uniqueKeysWithValues: outputs.map { ($0.port.name, $0.wire.reference) }
        )
      )
    )
  }

  /// The same with its inputs by their ports.
  static func part(
    _ name: String,
    of module: Verilog.Module,
    clock: Verilog.Signal,
    reset: Verilog.Signal,
    _ inputs: [(port: Verilog.Signal, value: Verilog.Expression)],
    _ outputs: [(port: Verilog.Signal, wire: Verilog.Signal)]
  ) -> Verilog.Item {
    let named = Dictionary(uniqueKeysWithValues: inputs.map { ($0.port.name, $0.value) })
    return part(name, of: module, clock: clock, reset: reset, named, outputs)
  }
}
