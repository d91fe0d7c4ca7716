extension Verilog.Signal {
  /// Whether it is `number`, in its own type.
  package func equals(_ number: Int) -> Verilog.Expression { value.equals(.literal(number, type)) }

  /// Sets it to zero.
  package var cleared: Verilog.Statement { .assign(reference, .literal(0, type)) }

  /// One more, and one less: modulo its width.
  package var increased: Verilog.Statement { .assign(reference, value + .literal(1, type)) }
  package var decreased: Verilog.Statement { .assign(reference, value - .literal(1, type)) }
}
