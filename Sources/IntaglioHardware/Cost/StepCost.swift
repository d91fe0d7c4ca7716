/// What one panel step takes of a machine.
public struct StepCost: Hashable, Sendable {
  /// What kind of unit does the work.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Encodable {
    case product, transposition, norm, softmax
    case rowThresholds = "row thresholds"
  }

  /// The model's own name.
  public let name: String
  public let kind: Kind
  /// In words, such as `product, thresholds`.
  public let work: String
  /// The attention head that it belongs to alone.
  public let head: Int?
  /// In which it has the array, or the row-wise units; both work side by side.
  public let cycles: Int
  /// Cycles in which a slice enters the array.
  public let slices: Int
  /// Products of operands that are there, not of empty lanes.
  public let multiplyAccumulates: Int
  /// Words of lanes that it writes.
  public let words: Int
  public let lanes: Int
  /// What becomes of its sums; `nil` for other work.
  public let epilogue: Epilogue?
  /// Bits of what it reads, by panel: constants, and what other steps wrote.
  let constants: [PanelIndex: Int]
  let activations: [PanelIndex: Int]
  /// Bits of what it writes.
  public let writtenBits: Int

  /// What becomes of the sums of a product.
  public enum Epilogue: Hashable, Sendable {
    case none, thresholds, scaledSum, quotient
  }

  /// Multiply-accumulates of `steps` over those that `elements` could do in their cycles; `nil` without any.
  public static func utilization(_ steps: [StepCost], elements: Int) -> Double? {
    let products = steps.reduce(0) { $0 + $1.multiplyAccumulates }
    let cycles = steps.reduce(0) { $0 + $1.cycles }
    return products > 0 && cycles > 0 ? Double(products) / Double(cycles * elements) : nil
  }

  /// Bytes that move when `steps` run alone, with operands and results in a memory outside; what several of
  /// them read moves once.
  public static func bytesAlone(_ steps: [StepCost]) -> Int {
    var read: [PanelIndex: Int] = [:]
    for step in steps {
      read.merge(step.constants) { first, _ in first }
      read.merge(step.activations) { first, _ in first }
    }
    return (read.values.reduce(0, +) + steps.reduce(0) { $0 + $1.writtenBits } + 7) / 8
  }
}
