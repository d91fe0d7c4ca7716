import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioGraph

/// The arithmetic of softmax, LayerNorm, GELU and the residual stream.
enum Nonlinear: String, ExpressibleByArgument, CaseIterable {
  case float, integer
}

/// How integers take the place of floats.
struct IntegerOnlyArguments: ParsableArguments {
  @Option(
    help: """
      Images that choose the scales of the integer residual stream and the softmax table. Without \
      them the ranges are proved and the stream is 24 bits wide.
      """,
    completion: .directory
  )
  var calibration: String?

  @Option(parsing: .unconditional, help: "How many calibration images to take.")
  var calibrationLimit = 64

  @Option(
    parsing: .unconditional,
    help: "Bits of the residual stream, 8 to 32; 16 with calibration images and 24 without."
  )
  var streamBits: Int?

  @Option(
    help: """
      LayerNorm by comparison of squares ('exact'), the same with parameters of N bits behind the point \
      ('rounded:N', 4 to 24: for hardware, whose norm units become several times smaller), or with an \
      integer root ('fixed-point').
      """
  )
  var norms = NormChoice(arithmetic: .exact)

  @Option(
    help: """
      The exponential of softmax: 'auto' (the cheapest that changes at most 0.1 % of the codes, 0.2 % \
      beyond 4 bits), \
      'base2:F/T' (2^F entries of T bits, such as base2:8/16), \
      'base2:64x32' (the product of two tables), '2^round' or 'shiftmax'.
      """
  )
  var softmax = SoftmaxChoice(exponential: nil)

  func validate() throws {
    if let streamBits, !(8...32).contains(streamBits) {
      throw ValidationError("--stream-bits: expected 8 to 32, found \(streamBits)")
    }
    if calibrationLimit < 1 {
      throw ValidationError("--calibration-limit: expected at least 1, found \(calibrationLimit)")
    }
  }

  /// The first option that is not at its default, for the message that asks for --nonlinear integer.
  var given: String? {
    [
      ("--calibration", calibration != nil), ("--stream-bits", streamBits != nil),
      ("--norms", norms.arithmetic != .exact), ("--softmax", softmax.exponential != nil),
    ]
    .first(where: \.1)?.0
  }

  var options: IntegerOnlyOptions {
    IntegerOnlyOptions(
      streamBits: streamBits,
      norms: norms.arithmetic,
      exponential: softmax.exponential
    )
  }

  /// The calibration images, `nil` when there are none.
  func images() throws -> DataSet? {
    guard let calibration else { return nil }
    let images = try Self.images(calibration, limit: calibrationLimit)
    StandardError.write(notes: images.notes)
    return images
  }

  private static func images(_ folder: String, limit: Int) throws(DataError) -> DataSet {
    // Of IDX files the training pair where there is one, so that nothing is judged on its own
    // calibration; one that is there and damaged is an error.
    do {
      return try DataSet.open(directory: folder, split: .train, limit: limit)
    } catch .missing {
      return try DataSet.open(directory: folder, split: .test, limit: limit)
    }
  }
}

/// What `--norms` says.
struct NormChoice: ExpressibleByArgument {
  let arithmetic: NormArithmetic

  /// Where models that are not yet integer-only are made so.
  static let hardwareHelp: ArgumentHelp =
    "Norms of models that are not yet integer-only: 'exact', or 'rounded:N' for smaller units."

  init(arithmetic: NormArithmetic) { self.arithmetic = arithmetic }

  init?(argument: String) {
    switch argument {
    case "exact": arithmetic = .exact
    case "fixed-point": arithmetic = .fixedPoint
    default:
      guard argument.hasPrefix("rounded:"), let bits = Int(argument.dropFirst("rounded:".count)),
        NormArithmetic.fractionBits.contains(bits)
      else { return nil }
      arithmetic = .rounded(fractionBits: bits)
    }
  }

  var defaultValueDescription: String {
    switch arithmetic {
    case .exact: "exact"
    case .rounded(let bits): "rounded:\(bits)"
    case .fixedPoint: "fixed-point"
    }
  }
}

/// What `--softmax` says; no exponential for 'auto'.
struct SoftmaxChoice: ExpressibleByArgument {
  let exponential: IntegerSoftmax.Exponential?

  init(exponential: IntegerSoftmax.Exponential?) { self.exponential = exponential }

  init?(argument: String) {
    switch argument {
    case "auto": exponential = nil
    case "shiftmax": exponential = .shiftmax
    case "2^round": exponential = .base2(fractionBits: 0, tableBits: 16)
    case "base2:64x32": exponential = .base2Product
    case "base2": exponential = .base2(fractionBits: 8, tableBits: 16)
    default:
      guard argument.hasPrefix("base2:") else { return nil }
      let parts = argument.dropFirst("base2:".count).split(separator: "/").map { Int($0) }
      guard parts.count == 2, let fraction = parts[0], let bits = parts[1],
        (0...12).contains(fraction), (8...24).contains(bits)
      else { return nil }
      exponential = .base2(fractionBits: fraction, tableBits: bits)
    }
  }

  var defaultValueDescription: String {
    switch exponential {
    case nil: "auto"
    case .shiftmax: "shiftmax"
    case .base2Product: "base2:64x32"
    case .base2(let fraction, let bits): "base2:\(fraction)/\(bits)"
    }
  }
}
