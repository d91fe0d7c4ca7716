import IntaglioProtocol
import Foundation
import IntaglioServing

/// A model of two numbers that answers (a + b, a − b, `bias`).
final class FakeModel: ServedModel, @unchecked Sendable {
  let format = "fake"
  let input: ServedInput
  let outputName = "logits"
  let classes = 3
  let classNames = ["sum", "difference", "bias"]
  let answersAreProbabilities = false
  let facts = [(name: "arithmetic", value: "integer-only")]
  let gate: Gate
  private let bias: Float
  private let lock = NSLock()
  private var sizes: [Int] = []
  private var cutOff = 0

  init(bias: Float = 7, type: TensorType = .float32, gate: Gate = Gate(isOpen: true)) {
    (self.bias, self.gate) = (bias, gate)
    input = ServedInput(name: "pixels", type: type, sampleShape: [1, 2])
  }

  /// The sizes of all batches.
  var batches: [Int] { lock.withLock { sizes } }

  var saturations: [(stream: String, count: Int)] { lock.withLock { [("stream.0", cutOff)] } }

  func infer(_ samples: [Float], count: Int) throws -> [Float] {
    gate.pass()
    lock.withLock {
      sizes.append(count)
      cutOff += count
    }
    if samples.contains(where: { !$0.isFinite }) { throw SampleError("a number is not finite") }
    if samples.contains(666) { throw CocoaError(.featureUnsupported) }
    return (0..<count).flatMap { index in
      let (a, b) = (samples[2 * index], samples[2 * index + 1])
      return [a + b, a - b, bias]
    }
  }

  /// The image `[a, b]`, which begins with `!`.
  func sample(encodedImage: [UInt8]) throws -> [Float] {
    guard encodedImage.count == 3, encodedImage.first == UInt8(ascii: "!") else {
      throw SampleError("expected a PNG or JPEG image")
    }
    return encodedImage.dropFirst().map { Float($0) }
  }
}
