package import NIOCore

/// Reads the body of a request for inference: JSON, and behind it the tensors in binary form.
///
/// The tensors stay where they are in the body. See the Open Inference Protocol, REST, and Triton's extension
/// `binary_tensor_data`.
package struct InferRequestReader {
  /// An input whose data is not yet known.
  private struct Draft {
    var name: String?
    var type: TensorType?
    var dimensions: [Int]?
    /// Where `data` begins.
    var data: Int?
    /// The size of the binary form, in bytes.
    var size: Int?
  }

  private var request = InferRequest()
  private var drafts: [Draft] = []

  /// - Parameters:
  ///   - body: the whole body, decompressed.
  ///   - jsonLength: how many bytes of it are JSON; `nil` for all.
  /// - Returns: the request, whose binary tensors share the memory of `body`.
  /// - Throws: `ServingError` 400, which says what is wrong and where.
  package static func read(_ body: ByteBuffer, jsonLength: Int?) throws -> InferRequest {
    let length = jsonLength ?? body.readableBytes
    guard (0...body.readableBytes).contains(length) else {
      throw ServingError.badRequest(
        "Inference-Header-Content-Length is \(length), but the body has \(body.readableBytes) bytes"
      )
    }
    guard length > 0 else {
      throw ServingError.badRequest("the body has no JSON; send an object with 'inputs'")
    }
    return try body.withUnsafeReadableBytes { bytes in
      let json = UnsafeRawBufferPointer(rebasing: bytes[..<length])
      var reader = InferRequestReader()
      try reader.readDrafts(json)
      var tail = body
      tail.moveReaderIndex(forwardBy: length)
      try reader.finish(json, tail: tail, hasHeader: jsonLength != nil)
      return reader.request
    }
  }

  private mutating func readDrafts(_ json: UnsafeRawBufferPointer) throws(ServingError) {
    var scanner = JSONScanner(json)
    var request = InferRequest()
    var drafts: [Draft]?
    try scanner.object { key, scanner throws(ServingError) in
      switch key {
      case "id":
        request.id = try scanner.text()
      case "inputs":
        guard drafts == nil else { throw scanner.error("'inputs' is there twice") }
        var found: [Draft] = []
        try scanner.array { scanner throws(ServingError) in
          guard found.count < 16 else { throw scanner.error("more than 16 inputs") }
          found.append(try Self.draft(&scanner))
        }
        drafts = found
      case "outputs":
        var outputs: [InferRequest.Output] = []
        try scanner.array { scanner throws(ServingError) in
          guard outputs.count < 16 else { throw scanner.error("more than 16 outputs") }
          outputs.append(try Self.output(&scanner))
        }
        request.outputs = outputs
      case "parameters":
        try scanner.object { key, scanner throws(ServingError) in
          switch key {
          case "binary_data_output": request.isBinary = try scanner.bool()
          case "timeout": request.timeout = max(0, try scanner.integer())
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    try scanner.expectEnd()
    guard let drafts, !drafts.isEmpty else {
      throw .badRequest("the request has no inputs; send 'inputs' with one tensor")
    }
    (self.request, self.drafts) = (request, drafts)
  }

  private static func draft(_ scanner: inout JSONScanner) throws(ServingError) -> Draft {
    var draft = Draft()
    try scanner.object { key, scanner throws(ServingError) in
      switch key {
      case "name": draft.name = try scanner.text()
      case "datatype":
        let word = try scanner.text()
        guard let type = TensorType(rawValue: word) else {
          let known = TensorType.allCases.map(\.rawValue).joined(separator: ", ")
          throw .badRequest("unknown datatype \(quoted(word)); one of \(known)")
        }
        draft.type = type
      case "shape":
        var dimensions: [Int] = []
        try scanner.array { scanner throws(ServingError) in
          guard dimensions.count < 64 else { throw scanner.error("too many dimensions") }
          dimensions.append(try scanner.integer())
        }
        draft.dimensions = dimensions
      case "data":
        guard draft.data == nil else { throw scanner.error("'data' is there twice") }
        draft.data = scanner.position
        try scanner.skipData()
      case "parameters":
        try scanner.object { key, scanner throws(ServingError) in
          switch key {
          case "binary_data_size": draft.size = try scanner.integer()
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    return draft
  }

  private static func output(
    _ scanner: inout JSONScanner
  ) throws(ServingError) -> InferRequest.Output {
    var output = InferRequest.Output(name: "")
    try scanner.object { key, scanner throws(ServingError) in
      switch key {
      case "name": output.name = try scanner.text()
      case "parameters":
        try scanner.object { key, scanner throws(ServingError) in
          switch key {
          case "binary_data": output.isBinary = try scanner.bool()
          case "classification":
            output.classification = try scanner.integer()
            guard output.classification >= 1 else {
              throw .badRequest("'classification' is below 1; send how many classes you want")
            }
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    guard !output.name.isEmpty else {
      throw .badRequest("an output has no name; send one of those in the model's metadata")
    }
    return output
  }

  /// Finds the data of every input: in the JSON, or behind it.
  private mutating func finish(
    _ json: UnsafeRawBufferPointer,
    tail: ByteBuffer,
    hasHeader: Bool
  ) throws(ServingError) {
    var tail = tail
    for draft in drafts {
      guard let name = draft.name else { throw .badRequest("an input has no name") }
      guard let type = draft.type else {
        throw .badRequest("input \(quoted(name)) has no datatype")
      }
      guard let dimensions = draft.dimensions else {
        throw .badRequest("input \(quoted(name)) has no shape")
      }
      let shape = try TensorShape(dimensions, of: name)
      let content: InferRequest.Content
      switch (draft.data, draft.size) {
      case (.some, .some):
        throw .badRequest("input \(quoted(name)) has both data and binary_data_size; send one")
      case (nil, nil):
        throw .badRequest("input \(quoted(name)) has neither data nor binary_data_size; send one")
      case (.some(let place), nil):
        content = try Self.content(json, at: place, type, shape, name)
      case (nil, .some(let size)):
        guard hasHeader else {
          throw .badRequest(
            "input \(quoted(name)) is binary, but there is no header "
              + "Inference-Header-Content-Length; send the length of the JSON in it"
          )
        }
        content = .raw(try Self.slice(&tail, size, type, shape, name))
      }
      request.inputs.append(.init(name: name, type: type, shape: shape, content: content))
    }
    guard tail.readableBytes == 0 else {
      throw .badRequest(
        "\(tail.readableBytes) bytes of the body belong to no input; "
          + "the sizes in binary_data_size must add up"
      )
    }
  }

  /// The data in the JSON.
  private static func content(
    _ json: UnsafeRawBufferPointer,
    at place: Int,
    _ type: TensorType,
    _ shape: TensorShape,
    _ name: String
  ) throws(ServingError) -> InferRequest.Content {
    var scanner = JSONScanner(json)
    scanner.position = place
    switch type {
    case .float16:
      throw .badRequest("input \(quoted(name)): FP16 has no JSON form; send it binary, or FP32")
    case .bytes:
      let strings = try scanner.strings(limit: shape.count)
      guard strings.count == shape.count else {
        throw .badRequest(
          "input \(quoted(name)): \(strings.count) strings do not fit the shape \(shape)"
        )
      }
      return .strings(strings)
    case .bool:
      throw .badRequest("input \(quoted(name)): BOOL is not what a model takes; see its metadata")
    case .float32, .float64, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64:
      return .numbers(try scanner.numbers(shape, areWhole: type.isInteger))
    }
  }

  /// The next `size` bytes behind the JSON.
  private static func slice(
    _ tail: inout ByteBuffer,
    _ size: Int,
    _ type: TensorType,
    _ shape: TensorShape,
    _ name: String
  ) throws(ServingError) -> ByteBuffer {
    guard size >= 0, let bytes = tail.readSlice(length: size) else {
      throw .badRequest(
        "input \(quoted(name)): binary_data_size is \(size), but \(tail.readableBytes) bytes are left"
      )
    }
    if let byteCount = type.byteCount {
      let (expected, isTooLarge) = shape.count.multipliedReportingOverflow(by: byteCount)
      guard !isTooLarge, expected == size else {
        throw .badRequest(
          "input \(quoted(name)): \(type.rawValue) \(shape) takes "
            + "\(isTooLarge ? "too many" : "\(expected)") bytes, but binary_data_size is \(size)"
        )
      }
    }
    return bytes
  }
}

extension JSONScanner {
  /// Reads a string after space.
  fileprivate mutating func text() throws(ServingError) -> String {
    skipSpace()
    return try string()
  }

  /// Passes over an array that is read again when its type is known: brackets and strings are looked at.
  fileprivate mutating func skipData() throws(ServingError) {
    guard peek() == UInt8(ascii: "[") else { throw error("expected an array of data") }
    var depth = 0
    repeat {
      switch next {
      case UInt8(ascii: "["): (depth, position) = (depth + 1, position + 1)
      case UInt8(ascii: "]"): (depth, position) = (depth - 1, position + 1)
      case UInt8(ascii: "\""): try skipString()
      case 0: throw error("expected the end of an array")
      default: position += 1
      }
    } while depth > 0
  }

  /// Reads strings, nested as they like, at most one more than `limit`.
  fileprivate mutating func strings(limit: Int) throws(ServingError) -> [String] {
    var found: [String] = []
    func list(_ scanner: inout JSONScanner, _ depth: Int) throws(ServingError) {
      guard depth <= TensorShape.rankLimit else { throw scanner.error("too deep") }
      try scanner.array { scanner throws(ServingError) in
        if scanner.peek() == UInt8(ascii: "[") {
          try list(&scanner, depth + 1)
        } else {
          guard found.count <= limit else {
            throw scanner.error("more strings than the shape says")
          }
          found.append(try scanner.text())
        }
      }
    }
    try list(&self, 0)
    return found
  }
}
