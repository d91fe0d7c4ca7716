/// Arithmetic of two real operands that has a float32 kernel.
public enum BinaryOperation: String, Sendable, CaseIterable {
  case add
  case subtract
  case multiply
  case divide
}
