import IntaglioGraph
import IntaglioNumerics

/// A real value seen as another one and the constants that are added to it.
struct AddedConstants {
  let value: Value
  let addend: Scale
}

extension Graph {
  /// `value` without the exact constants that are added to it or taken from it and that do not stretch
  /// it; `nil` where constants do not stretch over each other.
  func withoutAddedConstants(_ value: Value) -> AddedConstants? {
    var (value, addend) = (value, Scale(.zero))
    while let sign = self[value].operation.additiveSign {
      let operands = self[value].operands
      let pairs = sign > 0 ? [(0, 1), (1, 0)] : [(0, 1)]
      let added = pairs.lazy.compactMap { kept, other -> (Value, Scale)? in
        guard type(of: operands[kept]).shape == type(of: value).shape else { return nil }
        return exactConstant(operands[other]).map { (operands[kept], $0) }
      }.first
      guard let (kept, constant) = added else { break }
      guard let sum = addend.combined(constant, { sign > 0 ? $0 + $1 : $0 - $1 }) else {
        return nil
      }
      (value, addend) = (kept, sum)
    }
    return AddedConstants(value: value, addend: addend)
  }
}
