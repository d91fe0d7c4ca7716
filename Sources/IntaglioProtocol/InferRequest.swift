package import NIOCore

/// What a client asks for: `POST v2/models/{model}/infer`.
package struct InferRequest: Sendable {
  /// The values of an input.
  package enum Content: Sendable {
    /// Of a JSON array, in row-major order.
    case numbers([Float])
    /// Of a JSON array of strings.
    case strings([String])
    /// Little endian, in row-major order.
    case raw(ByteBuffer)
  }

  package struct Input: Sendable {
    package var name: String
    package var type: TensorType
    package var shape: TensorShape
    package var content: Content
  }

  package struct Output: Sendable {
    package var name: String
    /// Whether it is wanted in the binary form; `nil` for what the request says.
    package var isBinary: Bool?
    /// How many classes are wanted as text in place of numbers; 0 for numbers.
    package var classification = 0

    package init(name: String) { self.name = name }
  }

  /// What the reply repeats.
  package var id: String?
  package var inputs: [Input] = []
  /// `nil` for all outputs.
  package var outputs: [Output]?
  /// Whether outputs are binary that do not say.
  package var isBinary = false
  /// How long it may wait, in microseconds; `nil` for what the server allows.
  package var timeout: Int?
}
