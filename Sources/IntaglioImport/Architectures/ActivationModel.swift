import Foundation

/// How the numbers before a quantizer are distributed, when nobody has measured them.
enum ActivationModel {
  /// Normal, mean 0.
  case signed(deviation: Double)
  /// GELU of normal numbers of variance 1.
  case gelu
  /// The softmax of a row of normal scores of variance 1.
  case probabilities(count: Int)

  /// A quantizer for such numbers.
  struct Codes {
    let scale: Double
    let zeroPoint: Int
    let isSigned: Bool
  }

  /// Where a quantizer of normal numbers clips so that the squared error is least, in standard
  /// deviations, by bits from 2 on (Banner, Nahshan, Soudry: "Post training 4-bit quantization of
  /// convolutional networks for rapid-deployment", NeurIPS 2019).
  private static let clips = [1.71, 2.15, 2.55, 2.93, 3.28, 3.61, 3.92]
  /// The least value of GELU.
  private static let leastGELU = -0.17

  /// - Precondition: `bits` is 2 to 8.
  func codes(bits: Int) -> Codes {
    let clip = Self.clips[bits - 2]
    let steps = Double((1 << bits) - 1)
    switch self {
    case .signed(let deviation):
      let scale = deviation * clip / Double(1 << (bits - 1))
      return Codes(scale: scale, zeroPoint: 0, isSigned: true)
    case .gelu:
      let scale = (clip - Self.leastGELU) / steps
      return Codes(scale: scale, zeroPoint: Int(-Self.leastGELU / scale), isSigned: false)
    case .probabilities(let count):
      // exp(x) of a standard normal x has the mean exp(1/2).
      let largest = exp(clip - 0.5) / Double(count)
      return Codes(scale: largest / steps, zeroPoint: 0, isSigned: false)
    }
  }

  /// The mean of the squares.
  var meanSquare: Double {
    switch self {
    case .signed(let deviation): deviation * deviation
    case .gelu: 0.425
    case .probabilities(let count): exp(1) / Double(count * count)
    }
  }
}
