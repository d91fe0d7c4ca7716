import IntaglioGraph
import IntaglioNumerics

/// How QONNX rounds, by the names of its standard.
enum RoundingMode: String {
  case halfEven = "ROUND"
  case ceil = "CEIL"
  case floor = "FLOOR"
  /// Away from zero.
  case up = "UP"
  /// Towards zero.
  case down = "DOWN"
  /// The nearest, ties away from zero.
  case halfUp = "HALF_UP"
  /// The nearest, ties towards zero.
  case halfDown = "HALF_DOWN"

  /// - Throws: `unsupported` for a mode that the standard does not name.
  init(_ node: ONNXNode) throws(ONNXFault) {
    let name = try node.string("rounding_mode")?.uppercased() ?? "ROUND"
    if name == "HALF_EVEN" {
      self = .halfEven
    } else if let mode = RoundingMode(rawValue: name) {
      self = mode
    } else {
      throw node.unsupported("the rounding mode \(name)", advice: "use ROUND")
    }
  }

  func rounded(_ x: Rational) -> Int {
    let wide = -(1 << 40)...(1 << 40)
    let half = Rational(1, over: 2)
    let magnitude = x.magnitude
    func signed(_ magnitude: Rational) -> Int {
      let result = magnitude.roundedHalfEven(within: wide)
      return x.isNegative ? -result : result
    }
    return switch self {
    case .halfEven: x.roundedHalfEven(within: wide)
    case .ceil: Rational(x.ceiling).roundedHalfEven(within: wide)
    case .floor: Rational(x.floor).roundedHalfEven(within: wide)
    case .up: signed(Rational(magnitude.ceiling))
    case .down: signed(Rational(magnitude.floor))
    case .halfUp: signed(Rational((magnitude + half).floor))
    case .halfDown: signed(Rational((magnitude - half).ceiling))
    }
  }
}

/// Codes of reals that are known: clamp(round(x / scale + zero point)), exactly.
struct ConstantCodes {
  private let parameters: QuantizationParameters
  private let mode: RoundingMode
  private let range: ClosedRange<Int>

  init(_ parameters: QuantizationParameters, mode: RoundingMode, range: ClosedRange<Int>) {
    self.parameters = parameters
    self.mode = mode
    self.range = range
  }

  /// - Throws: `malformed` for a number that is not finite.
  func codes(of constant: ONNXConstant, _ node: ONNXNode) throws(ONNXFault) -> [Int] {
    let scales = parameters.scale.values.map { ($0, $0.doubleValue) }
    let indices = parameters.scale.indices(over: constant.shape)
    let zeroPoints = parameters.zeroPoint.expanded(over: constant.shape)
    var codes: [Int] = []
    codes.reserveCapacity(constant.count)
    for (index, value) in constant.doubles.enumerated() {
      let (exact, scale) = scales[Int(indices[index])]
      guard let number = Rational(exactly: value) else {
        throw node.malformed(expected: "finite numbers to quantize", found: "\(value)")
      }
      let quotient = value / scale + Double(zeroPoints[index])
      codes.append(
        min(
          max(
            code(quotient) ?? mode.rounded(number / exact + Rational(zeroPoints[index])),
            range.lowerBound
          ),
          range.upperBound
        )
      )
    }
    return codes
  }

  /// The code of a quotient that no rounding error takes past a whole number or a half; `nil` near one.
  private func code(_ quotient: Double) -> Int? {
    guard quotient.isFinite, abs(quotient) < 0x1p30 else { return nil }
    let twice = 2 * quotient
    guard abs(twice - twice.rounded()) > 0x1p-10 else { return nil }
    let result =
      switch mode {
      case .halfEven, .halfUp, .halfDown: quotient.rounded()
      case .ceil: quotient.rounded(.up)
      case .floor: quotient.rounded(.down)
      case .up: quotient.rounded(.awayFromZero)
      case .down: quotient.rounded(.towardZero)
      }
    return Int(result)
  }
}
