extension PanelProgram {
  /// How many products the result of `step` is made of; 0 where there are none.
  public func multiplyAccumulates(of step: PanelStep) -> Int {
    guard case .product(let product) = step.work else { return 0 }
    return self[product.rows].lanes * self[product.columns].lanes * product.depth
  }
}

extension PanelStep.Work {
  /// What it is, for reports.
  public var title: String {
    switch self {
    case .product(let product):
      switch product.epilogue.first {
      case .thresholds: "product, thresholds"
      case .scaledSum(let stream) where stream.quotient != nil: "product, quotient"
      case .scaledSum: product.residual == nil ? "product, stream" : "product, residual stream"
      case nil, .some(.none): "product"
      }
    case .transposition: "transposition"
    case .norm: "norm"
    case .softmax: "softmax"
    case .rowThresholds: "row thresholds"
    }
  }
}
