package import IntaglioGraph

extension Graph {
  /// The multiplication by constant weights whose sums, each through functions of one number and additions of
  /// constants, are the elements of `value`; `nil` where there is none, or no function.
  ///
  /// Its channels can be computed in any order and in groups: each has a column of weights to itself.
  package func hiddenMultiplication(behind value: Value) -> Value? {
    var (value, isFunction) = (value, false)
    while true {
      let node = self[value]
      switch node.operation {
      case .function: (value, isFunction) = (node.operands[0], true)
      case .add:
        guard let sum = node.operands.first(where: { constant($0) == nil }),
          node.operands.contains(where: { isRow($0, of: type(of: value).shape.last ?? 1) }),
          type(of: sum).shape == type(of: value).shape
        else { return nil }
        value = sum
      case .matmul:
        guard isFunction, constant(node.operands[1])?.shape.count == 2 else { return nil }
        return value
      default: return nil
      }
    }
  }

  /// Whether `value` is a constant of one number, or one for each channel.
  private func isRow(_ value: Value, of channels: Int) -> Bool {
    guard let constant = constant(value) else { return false }
    return constant.count == 1 || constant.count == channels && constant.shape.last == channels
  }
}
