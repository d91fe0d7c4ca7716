package import NIOCore

/// The answer to a request for inference.
package struct InferReply {
  /// The values of an output.
  package enum Content {
    /// Rows of numbers, in row-major order.
    case floats([Float])
    case strings([String])
  }

  package struct Output {
    package var name: String
    package var shape: [Int]
    package var content: Content
    package var isBinary: Bool

    package init(name: String, shape: [Int], content: Content, isBinary: Bool) {
      (self.name, self.shape) = (name, shape)
      (self.content, self.isBinary) = (content, isBinary)
    }

    var type: TensorType {
      switch content {
      case .floats: .float32
      case .strings: .bytes
      }
    }
  }

  package var model: String
  package var id: String?
  /// What the server tells of its work, such as microseconds in the queue.
  package var parameters: [(name: String, value: Int)] = []
  package var outputs: [Output]

  package init(
    model: String,
    id: String?,
    parameters: [(name: String, value: Int)],
    outputs: [Output]
  ) {
    (self.model, self.id) = (model, id)
    (self.parameters, self.outputs) = (parameters, outputs)
  }

  /// The body, and how many of its bytes are JSON; `nil` where all are.
  ///
  /// - Throws: `ServingError` 500 for numbers that JSON cannot hold.
  package func encoded() throws(ServingError) -> (body: ByteBuffer, jsonLength: Int?) {
    for case .floats(let numbers) in outputs.lazy.filter({ !$0.isBinary }).map(\.content) {
      guard numbers.allSatisfy(\.isFinite) else {
        throw ServingError(status: 500, "the answer is not finite; ask for binary_data to see it")
      }
    }
    let tails = outputs.map { $0.isBinary ? $0.bytes : ByteBuffer() }
    var writer = JSONWriter(capacity: 512 + tails.reduce(0) { $0 + $1.readableBytes })
    writer.object { writer in
      writer.key("model_name")
      writer.string(model)
      if let id {
        writer.key("id")
        writer.string(id)
      }
      writer.key("parameters")
      writer.object { writer in
        for (name, value) in parameters {
          writer.key(name)
          writer.number(value)
        }
      }
      writer.key("outputs")
      writer.array { writer in
        for (output, tail) in zip(outputs, tails) {
          output.write(to: &writer, binarySize: output.isBinary ? tail.readableBytes : nil)
        }
      }
    }
    var body = writer.buffer
    guard outputs.contains(where: \.isBinary) else { return (body, nil) }
    let jsonLength = body.readableBytes
    for tail in tails { body.writeImmutableBuffer(tail) }
    return (body, jsonLength)
  }
}

extension InferReply.Output {
  fileprivate func write(to writer: inout JSONWriter, binarySize: Int?) {
    writer.object { writer in
      writer.key("name")
      writer.string(name)
      writer.key("datatype")
      writer.string(type.rawValue)
      writer.key("shape")
      writer.integers(shape)
      if let binarySize {
        writer.key("parameters")
        writer.object { writer in
          writer.key("binary_data_size")
          writer.number(binarySize)
        }
      } else {
        writer.key("data")
        switch content {
        case .floats(let numbers):
          writer.array { writer in for number in numbers { writer.number(number) } }
        case .strings(let strings): writer.strings(strings)
        }
      }
    }
  }

  /// The binary form.
  fileprivate var bytes: ByteBuffer {
    var buffer = ByteBuffer()
    switch content {
    case .floats(let numbers):
      buffer.reserveCapacity(numbers.count * 4)
      for number in numbers { buffer.writeInteger(number.bitPattern, endianness: .little) }
    case .strings(let strings):
      for string in strings {
        buffer.writeInteger(UInt32(truncatingIfNeeded: string.utf8.count), endianness: .little)
        buffer.writeString(string)
      }
    }
    return buffer
  }
}
