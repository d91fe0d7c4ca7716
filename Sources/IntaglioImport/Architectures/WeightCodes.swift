import IntaglioNumerics

/// Random weight codes of a given width: all codes occur, small ones most often, as in trained
/// models.
///
/// A code is the rounded sum of two even draws of 8 bits, so its distribution is a triangle whose
/// ends are the extreme codes.
struct WeightCodes {
  /// The code for each sum of two bytes.
  private let codes: [Float]
  /// The mean of a code's square.
  let meanSquare: Double

  init(bits: Int) {
    let half = Double(1 << (bits - 1))
    codes = (0...510).map { sum in
      let value = (Double(sum - 255) * (half + 0.49) / 255).rounded(.toNearestOrEven)
      return Float(min(value, half - 1))
    }
    let squares = codes.enumerated().map { sum, code in
      Double(256 - abs(sum - 255)) * Double(code) * Double(code)
    }
    meanSquare = squares.reduce(0, +) / 65536
  }

  /// One code after the other for each row, times the row's scale.
  func draw(rows scales: [Float], columns: Int, from random: inout SplitMix64) -> [Float] {
    var weights: [Float] = []
    weights.reserveCapacity(scales.count * columns)
    for scale in scales {
      var bytes: UInt64 = 0
      for column in 0..<columns {
        if column % 4 == 0 { bytes = random.next() }
        let sum = Int(bytes & 255) + Int(bytes >> 8 & 255)
        weights.append(codes[sum] * scale)
        bytes >>= 16
      }
    }
    return weights
  }
}
