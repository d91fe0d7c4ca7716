package import IntaglioNumerics

/// An exponential as one word for every distance, where few distances leave anything.
///
/// Scores of low-bit products are far apart: after some hundred of their units e is 0. Looking e up
/// then takes neither the multiplication nor the shift of (23).
package struct DistanceTable {
  /// min(e, 2¹⁶ − 1) of the distances from 0 on, a multiple of 64 of them; the last is 0, as is e
  /// of every larger distance.
  package let words: [UInt16]

  /// As many as the kernels keep in registers.
  private static let mostDistances = 512

  /// `nil` where more distances leave something, or where 2¹⁶ − 1 would not stand for 2¹⁶.
  package init?(_ exponential: some IntegerExponential) {
    var words: [UInt16] = []
    for distance in 0..<Self.mostDistances {
      let e = exponential(distance)
      guard e <= 1 << 16, e != 1 << 16 - 1 else { return nil }
      words.append(UInt16(clamping: e))
      guard e == 0 else { continue }
      // e never grows with the distance.
      words += repeatElement(0, count: -words.count & 63)
      self.words = words
      return
    }
    return nil
  }
}
