import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioGraph

/// How integers take the place of floats.
struct IntegerOnlyArguments: ParsableArguments {
  @Option(
    help: """
      Images that choose the scales of the integer residual stream and the softmax table: a folder, or \
      FILE.npy of samples that are the model's input already. Without them the ranges are proved and the \
      stream is 24 bits wide.
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
    try Limits.check("--stream-bits", streamBits, in: 8...32)
    try Limits.check("--calibration-limit", calibrationLimit, atLeast: 1)
  }

  /// The first option that is not at its default, for the message that asks for integer-only.
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
    let images = try DataSet.calibrating(calibration, limit: calibrationLimit)
    StandardError.write(notes: images.notes)
    return images
  }
}
