import IntaglioGraph

extension Convolution {
  /// Why this is no patch embedding, a product of matrices written otherwise; `nil` when it is one.
  func patchObstacle(kernel: [Int]) -> String? {
    let window = "\(kernel[2])×\(kernel[3])"
    if groups != 1 { return "it has \(groups) groups" }
    if strides != [kernel[2], kernel[3]] {
      return "its \(window) windows overlap or leave gaps (strides \(strides))"
    }
    if padding.contains(where: { $0 != 0 }) { return "it pads by \(padding)" }
    return dilations == [1, 1] ? nil : "it is dilated by \(dilations)"
  }
}
